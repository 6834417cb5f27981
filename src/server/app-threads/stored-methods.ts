// Threads as they lie in their files: listed, read, archived, named, and taken back by some turns (app-server.md 6).

import { archiveThread, unarchiveThread } from "../../rollout/archive";
import { locateThread } from "../../rollout/find";
import { walkThreads, type ListedThread } from "../../rollout/list";
import { recordThreadName, threadNames } from "../../rollout/names";
import { canonical, readSummary } from "../../rollout/summary";
import { ensurePlain } from "../../rollout/compressed";
import { UserError } from "../../util/user-error";
import {
  boolean,
  list,
  oneOf,
  optional,
  required,
  string,
  struct,
  withDefault,
  type Decode,
} from "../rpc/decode";
import { answering, method, type App, type Call, type Method } from "../app/app";
import { storedTurns } from "./history";
import { configFor } from "./open-thread";
import { readThreadId, refuse, u32 } from "../app/params";
import { liveThreadOut, sourceKind, storedThreadOut, type ThreadOut } from "./thread-out";
import { threadKey } from "./thread-methods";

const DEFAULT_LIMIT = 25;
const MOST_LISTED = 100;
const INTERACTIVE = ["cli", "vscode"];

const folders: Decode<readonly string[]> = (value) =>
  typeof value === "string" ? [value] : list(string)(value);

const listParams = struct("ThreadListParams", {
  cursor: optional(string),
  limit: optional(u32),
  sortKey: optional(oneOf("created_at", "updated_at")),
  sortDirection: optional(oneOf("asc", "desc")),
  modelProviders: optional(list(string)),
  sourceKinds: optional(
    list(
      oneOf(
        ...(["cli", "vscode", "exec", "appServer", "subAgent", "subAgentReview"] as const),
        ...(["subAgentCompact", "subAgentThreadSpawn", "subAgentOther", "unknown"] as const),
      ),
    ),
  ),
  archived: withDefault(boolean, false),
  cwd: optional(folders),
  searchTerm: optional(string),
  useStateDbOnly: withDefault(boolean, false),
});
const one = (name: string) => struct(name, { threadId: required(string) });

export const STORED_METHODS: readonly (readonly [string, Method])[] = [
  method("thread/list", listParams, listThreads),
  method(
    "thread/read",
    struct("ThreadReadParams", { threadId: required(string), includeTurns: withDefault(boolean, false) }),
    async ({ threadId, includeTurns }, { app }) => {
      const id = readThreadId(threadId);
      return { thread: await readThread(id, includeTurns, app) };
    },
    { key: threadKey },
  ),
  answering(
    "thread/archive",
    one("ThreadArchiveParams"),
    async ({ threadId }, call) => {
      const id = readThreadId(threadId);
      const { threads, clients, place } = call.app;
      const live = threads.get(id);
      if (locateThread(place.codexHome, id).type !== "active") {
        throw refuse(`no rollout found for thread id ${id}`);
      }
      if (live !== undefined) {
        await threads.close(live);
        await live.say("thread/status/changed", { threadId: id, status: { type: "notLoaded" } });
      }
      inWords(() => archiveThread(place.codexHome, id));
      return { result: {}, after: () => void clients.broadcast("thread/archived", { threadId: id }) };
    },
    { key: threadKey },
  ),
  answering(
    "thread/unarchive",
    one("ThreadUnarchiveParams"),
    async ({ threadId }, { app }) => {
      const id = readThreadId(threadId);
      if (locateThread(app.place.codexHome, id).type !== "archived") {
        throw refuse(`no archived rollout found for thread id ${id}`);
      }
      inWords(() => unarchiveThread(app.place.codexHome, id));
      return {
        result: { thread: await readThread(id, false, app) },
        after: () => void app.clients.broadcast("thread/unarchived", { threadId: id }),
      };
    },
    { key: threadKey },
  ),
  answering(
    "thread/name/set",
    struct("ThreadSetNameParams", { threadId: required(string), name: required(string) }),
    async ({ threadId, name }, { app }) => {
      const id = readThreadId(threadId);
      const threadName = name.trim();
      if (threadName === "") throw refuse("thread name must not be empty");
      const known = app.threads.get(id) ?? storedSummary(id, app);
      if (known === undefined) throw refuse(`thread not found: ${id}`);
      recordThreadName(app.place.codexHome, id, threadName);
      const told = { threadId: id, threadName };
      return { result: {}, after: () => void app.clients.broadcast("thread/name/updated", told) };
    },
    { key: threadKey },
  ),
  method(
    "thread/rollback",
    struct("ThreadRollbackParams", { threadId: required(string), numTurns: required(u32) }),
    async ({ threadId, numTurns }, { app }) => {
      const live = app.threads.find(readThreadId(threadId));
      if (numTurns < 1) throw refuse("numTurns must be >= 1");
      if (live.turn() !== undefined) throw refuse("Cannot rollback while a turn is in progress.");
      const path = live.thread.rolloutPath;
      if (live.ephemeral || path === undefined)
        throw refuse("thread rollback requires persisted thread history");
      live.thread.rollback(numTurns);
      return { thread: liveThreadOut(live, storedTurns(path)) };
    },
    { key: threadKey },
  ),
];

async function readThread(id: string, includeTurns: boolean, app: App): Promise<ThreadOut> {
  const live = app.threads.get(id);
  if (live !== undefined) {
    if (!includeTurns) return liveThreadOut(live);
    if (live.ephemeral) throw refuse("ephemeral threads do not support includeTurns");
    const path = live.thread.rolloutPath;
    if (path === undefined) {
      throw refuse(
        `thread ${id} is not materialized yet; includeTurns is unavailable before first user message`,
      );
    }
    return liveThreadOut(live, storedTurns(path, live.turn()?.id));
  }
  const summary = storedSummary(id, app);
  if (summary === undefined) throw refuse(`thread not loaded: ${id}`);
  const turns = includeTurns ? storedTurns(await ensurePlain(summary.located)) : [];
  const name = threadNames(app.place.codexHome).get(id);
  return storedThreadOut(summary, name, { type: "notLoaded" }, turns);
}

function storedSummary(id: string, { place }: App) {
  const located = locateThread(place.codexHome, id);
  if (located.type === "missing") return undefined;
  const summary = readSummary({ path: located.path, id });
  return summary === undefined ? undefined : { ...summary, located: located.path };
}

/** The cursor is the time of the last thread of the page before. */
async function listThreads(given: ReturnType<typeof listParams>, { app }: Call): Promise<object> {
  const { place, threads } = app;
  const limit = Math.min(Math.max(given.limit ?? DEFAULT_LIMIT, 1), MOST_LISTED);
  const after = given.cursor === undefined ? undefined : Date.parse(given.cursor);
  if (after !== undefined && Number.isNaN(after)) throw refuse(`invalid cursor: ${given.cursor}`);
  const ascending = given.sortDirection === "asc";
  const byUpdate = given.sortKey === "updated_at";
  const time = (thread: ListedThread) => (byUpdate ? thread.updatedAt.getTime() : beganAt(thread));
  let looked = 0;
  const found: ListedThread[] = [];
  const providers = given.modelProviders ?? [(await configFor({}, place)).modelProviderId];
  for (const walked of walkThreads({
    codexHome: place.codexHome,
    archived: given.archived,
    sortBy: byUpdate ? "updated" : "created",
    matches: (meta) =>
      (providers.length === 0 || meta.model_provider === null || providers.includes(meta.model_provider)) &&
      isOfKind(sourceKind(meta.source), given.sourceKinds),
  })) {
    await breathe(++looked);
    if (walked.type !== "thread" || !isWanted(walked.thread, given)) continue;
    const { thread } = walked;
    if (after !== undefined && (ascending ? time(thread) <= after : time(thread) >= after)) continue;
    found.push(thread);
    if (!ascending && found.length > limit) break; // they come newest first
  }
  const rest = ascending ? found.toSorted((a, b) => time(a) - time(b)) : found;
  const page = rest.slice(0, limit);
  const at = (thread: ListedThread | undefined) =>
    thread === undefined ? null : new Date(time(thread)).toISOString();
  return {
    data: page.map((thread) => {
      const live = threads.get(thread.id);
      return { ...storedThreadOut(thread, thread.name, live?.status()), forkedFromId: null };
    }),
    nextCursor: rest.length > limit ? at(page.at(-1)) : null,
    backwardsCursor: at(page[0]),
  };
}

/** To the millisecond, where the file says so. */
function beganAt({ meta, createdAt }: ListedThread): number {
  const written = Date.parse(meta.timestamp);
  return Number.isNaN(written) ? createdAt.getTime() : written;
}

function isOfKind(kind: string, wanted: readonly string[] | undefined): boolean {
  if (wanted === undefined || wanted.length === 0) return INTERACTIVE.includes(kind);
  return wanted.includes(kind) || (kind.startsWith("subAgent") && wanted.includes("subAgent"));
}

function isWanted(thread: ListedThread, { cwd, searchTerm }: ReturnType<typeof listParams>): boolean {
  if (cwd !== undefined && !cwd.some((path) => canonical(path) === canonical(thread.meta.cwd))) return false;
  if (searchTerm === undefined) return true;
  const term = searchTerm.toLowerCase();
  return [thread.name, thread.preview].some((text) => text?.toLowerCase().includes(term) === true);
}

/** Others are served while a long list is read. */
async function breathe(count: number): Promise<void> {
  if (count % 64 === 63) await new Promise((resolve) => setImmediate(resolve));
}

function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) throw refuse(error.message);
    throw error;
  }
}
