// Opening threads: thread/start, thread/resume and thread/fork, and following them or not (app-server.md 6).

import { existsSync } from "node:fs";
import { skillsOf } from "../../agent/thread";
import { findById } from "../../rollout/find";
import { latestCwd, readHeadMeta, type ListedMeta } from "../../rollout/summary";
import { UserError } from "../../util/user-error";
import { anything, readThreadId, refuse, u32 } from "../app/params";
import { list, oneOf, optional, required, string, struct, withDefault, boolean } from "../rpc/decode";
import type { Answer } from "../rpc/message";
import { answering, method, type Call, type Method } from "../app/app";
import { watchSkills } from "../app-host/skill-watch";
import { usageOut } from "./events";
import { storedTurns } from "./history";
import { sayGoal } from "./goal-out";
import type { LiveThread } from "./live-thread";
import { openFields, openFor, type OpenWish, type Origin } from "./open-thread";
import { liveThreadOut, openedOut } from "./thread-out";

const EXPERIMENTAL = ["permissions", "runtimeWorkspaceRoots"];

const startParams = struct("ThreadStartParams", {
  ...openFields,
  serviceName: optional(string),
  ephemeral: optional(boolean),
  sessionStartSource: optional(oneOf("startup", "clear")),
  threadSource: optional(oneOf("user", "subagent", "memory_consolidation")),
  environments: optional(list(anything)),
  dynamicTools: optional(list(anything)),
  experimentalRawEvents: withDefault(boolean, false),
});
const resumeParams = struct("ThreadResumeParams", {
  ...openFields,
  threadId: required(string),
  history: optional(list(anything)),
  path: optional(string),
  initialTurnsPage: optional(anything),
});
const forkParams = struct("ThreadForkParams", {
  ...openFields,
  threadId: required(string),
  path: optional(string),
  ephemeral: withDefault(boolean, false),
  threadSource: optional(oneOf("user", "subagent", "memory_consolidation")),
});

/** @throws RpcFailure for what is no id */
export const threadKey = ({ threadId }: { readonly threadId: string }) => keyOf(readThreadId(threadId));
const keyOf = (id: string) => `thread ${id}`;

export const THREAD_METHODS: readonly (readonly [string, Method])[] = [
  answering(
    "thread/start",
    startParams,
    async (given, call) => {
      if ((given.dynamicTools?.length ?? 0) > 0) throw refuse("dynamicTools are not in this version");
      const live = await opened(given, { type: "new" }, given.ephemeral ?? false, call);
      return announced(live, call, []);
    },
    { experimental: [...EXPERIMENTAL, "environments", "dynamicTools", "experimentalRawEvents"] },
  ),
  answering(
    "thread/resume",
    resumeParams,
    async (given, call) => {
      if (given.history !== undefined) throw refuse("`history` is not in this version: resume by id or path");
      const id = resumedId(given);
      const live = call.app.threads.get(id);
      if (live !== undefined) return resumedLive(live, call, given.excludeTurns ?? false);
      const path = given.path ?? (await sessionOf(id, call));
      const wish = withFolder(given, path);
      const resumed = await opened(wish, { type: "resume", path }, false, call);
      const turns = given.excludeTurns === true ? [] : storedTurns(path);
      return {
        result: withPage(openedOut(resumed, turns), call),
        after: () => {
          resumed.follow();
          sayUsage(resumed);
          sayGoal(resumed);
          resumed.pursue();
        },
      };
    },
    {
      key: (given) => keyOf(resumedId(given)),
      experimental: [...EXPERIMENTAL, "history", "path", "excludeTurns", "initialTurnsPage"],
    },
  ),
  answering(
    "thread/fork",
    forkParams,
    async (given, call) => {
      const id = readThreadId(given.threadId);
      const source = call.app.threads.get(id);
      if (source?.ephemeral === true) throw refuse(`no rollout found for thread id ${id}`);
      const path = given.path ?? source?.thread.rolloutPath ?? (await sessionOf(id, call));
      const wish = withFolder(given, path);
      const fork = await opened(wish, { type: "fork", path }, given.ephemeral, call);
      const turns = given.excludeTurns === true ? [] : storedTurns(fork.thread.rolloutPath ?? path);
      return announced(fork, call, turns);
    },
    { key: threadKey, experimental: [...EXPERIMENTAL, "path", "excludeTurns"] },
  ),
  method(
    "thread/loaded/list",
    struct("ThreadLoadedListParams", { cursor: optional(string), limit: optional(u32) }),
    async ({ cursor, limit }, { app }) => {
      const ids = app.threads.ids().toSorted();
      const start = cursor === undefined ? 0 : ids.findIndex((id) => id > cursor);
      if (start < 0) return { data: [], nextCursor: null };
      const end = start + Math.max(1, limit ?? ids.length);
      return { data: ids.slice(start, end), nextCursor: end < ids.length ? (ids[end - 1] ?? null) : null };
    },
  ),
  method(
    "thread/unsubscribe",
    struct("ThreadUnsubscribeParams", { threadId: required(string) }),
    async ({ threadId }, { app, client }) => {
      const live = app.threads.get(readThreadId(threadId));
      if (live === undefined) return { status: "notLoaded" };
      return { status: app.threads.unfollow(live, client) ? "unsubscribed" : "notSubscribed" };
    },
    { key: threadKey },
  ),
];

/** A path says which thread is meant, whatever the id. @throws RpcFailure */
function resumedId({ threadId, path }: ReturnType<typeof resumeParams>): string {
  return path === undefined ? readThreadId(threadId) : metaOf(path).id;
}

/** A fork of a running turn has it interrupted; the file of a session says where it worked last. */
function withFolder(given: OpenWish, path: string): OpenWish {
  if (given.cwd !== undefined) return given;
  const cwd = latestCwd(path, metaOf(path));
  return existsSync(cwd) ? { ...given, cwd } : given;
}

/** @throws RpcFailure for a file that is none of a session */
function metaOf(path: string): ListedMeta {
  const meta = readHeadMeta(path);
  if (meta !== undefined) return meta;
  throw refuse(`failed to read thread: rollout at ${path} does not start with session metadata`);
}

async function opened(wish: OpenWish, origin: Origin, ephemeral: boolean, call: Call): Promise<LiveThread> {
  const { app, client } = call;
  const loaded = await openFor(wish, origin, ephemeral, { place: app.place, client: client.info });
  watchSkills(app, loaded.config.cwd, () => skillsOf(loaded.config));
  return app.threads.add(loaded, client);
}

/** Everybody hears of a new thread; what it has used is told to those who follow it. */
function announced(live: LiveThread, call: Call, turns: readonly object[]): Answer {
  return {
    result: openedOut(live, turns),
    after: () => {
      void call.app.clients.broadcast("thread/started", { thread: liveThreadOut(live) });
      for (const { summary, details } of live.config.deprecations) {
        void live.say("deprecationNotice", { summary, details });
      }
      for (const message of live.thread.warnings) void live.say("warning", { threadId: live.id, message });
      live.follow();
      sayUsage(live);
    },
  };
}

function resumedLive(live: LiveThread, call: Call, excludeTurns: boolean): Answer {
  call.app.threads.follow(live, call.client);
  const path = live.thread.rolloutPath;
  const turns = excludeTurns || path === undefined ? [] : storedTurns(path, live.turn()?.id);
  return {
    result: withPage(openedOut(live, turns), call),
    after: () => {
      live.askAlso(call.client);
      sayUsage(live);
      sayGoal(live);
    },
  };
}

function withPage(result: object, { client }: Call): object {
  return client.info.experimental ? { ...result, initialTurnsPage: null } : result;
}

function sayUsage(live: LiveThread): void {
  const { total, last, contextWindow } = live.thread.usage();
  if (last === undefined) return;
  const turnId = live.turn()?.id ?? "";
  const tokenUsage = usageOut({ total, last, contextWindow });
  void live.say("thread/tokenUsage/updated", { threadId: live.id, turnId, tokenUsage });
}

/** @throws RpcFailure in the words of the reference */
async function sessionOf(id: string, { app }: Call): Promise<string> {
  try {
    return await findById(app.place.codexHome, id);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw refuse(error.message.replace(/^.* failed: /, "").replace(/ \(code -?\d+\)$/, ""));
  }
}
