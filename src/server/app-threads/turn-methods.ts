// Turns: turn/start, turn/steer, turn/interrupt, and the turns of other kinds: reviews, compactions, the user's own commands (app-server.md 7 and 8).

import { reviewHint } from "../../agent/review-text";
import type { ReviewTarget } from "../../protocol/review";
import type { ThreadSettings } from "../../protocol/thread";
import { list, oneOf, optional, required, string, struct, type Decode } from "../rpc/decode";
import { folder } from "../rpc/folder";
import type { Answer } from "../rpc/message";
import { answering, method, type Call, type Method } from "../app/app";
import { errorOut } from "./events";
import type { LiveThread } from "./live-thread";
import { openFor } from "./open-thread";
import {
  anything,
  approvalPolicy,
  readThreadId,
  record,
  refuse,
  reviewer,
  sandboxPolicy,
  tagged,
} from "../app/params";
import { turnPromised, type Turn, type TurnRequest, type UserMessage } from "./running-turn";
import { liveThreadOut, settingsOut } from "./thread-out";
import { threadKey } from "./thread-methods";
import { checkLength, parts, schema, toUserInput } from "./user-input";

const EXPERIMENTAL_TURN = [
  ...["permissions", "collaborationMode", "environments", "additionalContext"],
  ...["responsesapiClientMetadata", "runtimeWorkspaceRoots"],
];

const collaborationMode = struct("CollaborationMode", {
  mode: required(oneOf("plan", "default")),
  settings: required(
    struct("Settings", {
      model: required(string),
      reasoning_effort: optional(string),
      developer_instructions: optional(string),
    }),
  ),
});

/** What stays for later turns. */
const settingFields = {
  cwd: optional(string),
  approvalPolicy: optional(approvalPolicy),
  approvalsReviewer: optional(reviewer),
  sandboxPolicy: optional(sandboxPolicy),
  model: optional(string),
  serviceTier: optional(string),
  effort: optional(string),
  summary: optional(oneOf("auto", "concise", "detailed", "none")),
  personality: optional(oneOf("none", "friendly", "pragmatic")),
  permissions: optional(string),
  collaborationMode: optional(collaborationMode),
};

const startParams = struct("TurnStartParams", {
  ...settingFields,
  threadId: required(string),
  clientUserMessageId: optional(string),
  input: required(parts),
  outputSchema: schema,
  environments: optional(list(anything)),
  additionalContext: optional(record),
  responsesapiClientMetadata: optional(record),
  runtimeWorkspaceRoots: optional(anything),
});

const settingsParams = struct("ThreadSettingsUpdateParams", { ...settingFields, threadId: required(string) });

const target: Decode<ReviewTarget> = tagged<ReviewTarget>("ReviewTarget", {
  uncommittedChanges: () => ({ type: "uncommittedChanges" }),
  baseBranch: (value) => ({
    type: "baseBranch",
    ...struct("ReviewTarget", { branch: required(string) })(value),
  }),
  commit: (value) => {
    const given = struct("ReviewTarget", { sha: required(string), title: optional(string) })(value);
    return { type: "commit", sha: given.sha, title: given.title ?? null };
  },
  custom: (value) => ({
    type: "custom",
    ...struct("ReviewTarget", { instructions: required(string) })(value),
  }),
});

export const TURN_METHODS: readonly (readonly [string, Method])[] = [
  answering("turn/start", startParams, startTurn, { key: threadKey, experimental: EXPERIMENTAL_TURN }),
  method(
    "turn/steer",
    struct("TurnSteerParams", {
      threadId: required(string),
      clientUserMessageId: optional(string),
      input: required(parts),
      expectedTurnId: required(string),
      additionalContext: optional(record),
      responsesapiClientMetadata: optional(record),
    }),
    async ({ threadId, input, expectedTurnId, clientUserMessageId }, { app }) => {
      const live = app.threads.find(readThreadId(threadId));
      if (expectedTurnId === "") throw refuse("expectedTurnId must not be empty");
      checkLength(input);
      const turn = live.turn();
      if (turn === undefined || turn.ending) throw refuse("no active turn to steer");
      if (turn.id !== expectedTurnId) {
        throw refuse(`expected active turn id \`${expectedTurnId}\` but found \`${turn.id}\``);
      }
      if (input.length === 0) throw refuse("input must not be empty");
      checkSteerable(turn);
      live.steer({ parts: input, clientId: clientUserMessageId });
      return { turnId: turn.id };
    },
    { key: threadKey, experimental: ["additionalContext", "responsesapiClientMetadata"] },
  ),
  answering(
    "turn/interrupt",
    struct("TurnInterruptParams", { threadId: required(string), turnId: required(string) }),
    async ({ threadId, turnId }, { app }) => {
      const live = app.threads.find(readThreadId(threadId));
      const turn = live.turn();
      if (turn === undefined) throw refuse("no active turn to interrupt");
      if (turnId !== "" && turn.id !== turnId) {
        throw refuse(`expected active turn id ${turnId} but found ${turn.id}`);
      }
      const told = Promise.withResolvers<void>();
      await live.interrupt(turn, told.promise);
      return { result: {}, after: told.resolve };
    },
    { key: threadKey },
  ),
  answering(
    "thread/settings/update",
    settingsParams,
    async (given, { app }) => {
      const after = changeSettings(given, app.threads.find(readThreadId(given.threadId)));
      return { result: {}, after };
    },
    { key: threadKey, experimental: true },
  ),
  method(
    "thread/backgroundTerminals/clean",
    struct("ThreadBackgroundTerminalsCleanParams", { threadId: required(string) }),
    async ({ threadId }, { app }) => {
      await app.threads.find(readThreadId(threadId)).thread.stopBackground();
      return {};
    },
    { key: threadKey, experimental: true },
  ),
  answering(
    "thread/compact/start",
    struct("ThreadCompactStartParams", { threadId: required(string) }),
    async ({ threadId }, { app }) => {
      const live = app.threads.find(readThreadId(threadId));
      await stopTurn(live);
      const { tell } = await live.begin({
        kind: "compact",
        message: undefined,
        events: (options) => live.thread.compact(options),
      });
      return { result: {}, after: tell };
    },
    { key: threadKey },
  ),
  answering(
    "thread/shellCommand",
    struct("ThreadShellCommandParams", { threadId: required(string), command: required(string) }),
    async ({ threadId, command }, { app }) => {
      const live = app.threads.find(readThreadId(threadId));
      if (command.trim() === "") throw refuse("command must not be empty");
      await live.settled();
      if (live.turn() !== undefined) return { result: {}, after: () => live.joinShell(command) };
      const { tell } = await live.begin({
        kind: "shell",
        message: undefined,
        events: ({ signal }) => live.thread.shell(command, signal),
      });
      return { result: {}, after: tell };
    },
    { key: threadKey },
  ),
  answering(
    "review/start",
    struct("ReviewStartParams", {
      threadId: required(string),
      target: required(target),
      delivery: optional(oneOf("inline", "detached")),
    }),
    async (given, call) => {
      const source = call.app.threads.find(readThreadId(given.threadId));
      checkTarget(given.target);
      await stopTurn(source);
      const live = given.delivery === "detached" ? await detached(source, call) : source;
      const hint = reviewHint(given.target);
      const { turnId, tell } = await live.begin({
        kind: "review",
        message: undefined,
        hint,
        events: (options) => live.thread.review(given.target, options),
      });
      const content = [{ type: "text", text: hint, text_elements: [] }];
      const item = { type: "userMessage", id: turnId, clientId: null, content };
      const turn = { ...turnPromised(turnId), items: [item] };
      return { result: { turn, reviewThreadId: live.id }, after: tell };
    },
    { key: threadKey },
  ),
];

type StartTurn = ReturnType<typeof startParams>;

async function startTurn(given: StartTurn, { app }: Call): Promise<Answer> {
  const live = app.threads.find(readThreadId(given.threadId));
  checkLength(given.input);
  const message: UserMessage = { parts: given.input, clientId: given.clientUserMessageId };
  await live.settled();
  const turn = live.turn();
  if (given.input.length === 0) {
    const turnId = Bun.randomUUIDv7();
    const error = errorOut("input must not be empty", "bad_request", undefined);
    return answered(turnId, () => void live.failEmpty(turnId, error));
  }
  if (turn !== undefined && !turn.ending) {
    checkSteerable(turn);
    const tellSettings = changeSettings(given, live);
    live.steer(message);
    return answered(Bun.randomUUIDv7(), tellSettings);
  }
  const tellSettings = changeSettings(given, live);
  const { turnId, tell } = await live.begin(regular(live, message, given.outputSchema));
  return answered(turnId, () => {
    tellSettings();
    tell();
  });
}

/** Returns how to tell of it. @throws RpcFailure */
function changeSettings(given: ReturnType<typeof settingsParams>, live: LiveThread): () => void {
  if (given.permissions !== undefined) {
    throw refuse("`permissions` of a turn is not in this version: name it in thread/start");
  }
  const before = live.thread.settings();
  live.thread.configure(changeOf(given, live));
  if (Bun.deepEquals(before, live.thread.settings())) return () => {};
  return () => {
    const told = settingsOut(live);
    for (const client of live.followers) {
      if (client.info.experimental) void client.notify("thread/settings/updated", told);
    }
  };
}

function regular(live: LiveThread, message: UserMessage, outputSchema: unknown): TurnRequest {
  return {
    kind: "regular",
    message,
    events: (options) =>
      live.thread.run(toUserInput(message.parts), {
        ...options,
        ...(outputSchema !== undefined && { outputSchema }),
      }),
  };
}

/** What sticks for later turns. */
function changeOf(given: ReturnType<typeof settingsParams>, live: LiveThread): Partial<ThreadSettings> {
  const { model, effort, summary, serviceTier, collaborationMode: mode } = given;
  const { cwd } = given;
  return {
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(summary !== undefined && { summary }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(given.approvalPolicy !== undefined && { approvalPolicy: given.approvalPolicy }),
    ...(given.sandboxPolicy !== undefined && { sandboxPolicy: given.sandboxPolicy }),
    ...(cwd !== undefined && cwd !== live.thread.settings().cwd && { cwd: folder(cwd) }),
    ...(mode !== undefined && {
      collaborationMode: mode.mode,
      model: mode.settings.model,
      ...(mode.mode === "plan"
        ? { planEffort: mode.settings.reasoning_effort }
        : { effort: mode.settings.reasoning_effort }),
    }),
  };
}

function answered(turnId: string, after: () => void): Answer {
  return { result: { turn: turnPromised(turnId) }, after };
}

/** Into a review, a compaction or a command of the user's nothing can be said; the last has no name in the protocol. @throws RpcFailure */
function checkSteerable({ kind }: Turn): void {
  if (kind === "regular") return;
  const codexErrorInfo = { activeTurnNotSteerable: { turnKind: kind } };
  throw refuse(`cannot steer a ${kind} turn`, kind === "shell" ? undefined : { codexErrorInfo });
}

function checkTarget(given: ReviewTarget): void {
  const empty =
    (given.type === "baseBranch" && given.branch.trim() === "" && "branch") ||
    (given.type === "commit" && given.sha.trim() === "" && "sha") ||
    (given.type === "custom" && given.instructions.trim() === "" && "instructions");
  if (empty !== false) throw refuse(`${empty} must not be empty`);
}

/** What runs ends first, and its end is told. */
async function stopTurn(live: LiveThread): Promise<void> {
  await live.settled();
  const turn = live.turn();
  if (turn === undefined) return;
  turn.abort.abort();
  await turn.over;
}

/** A fork in which the review runs; everybody hears of it before the answer. */
async function detached(source: LiveThread, { app, client }: Call): Promise<LiveThread> {
  const path = source.thread.rolloutPath;
  const { cwd, model, approvalPolicy: policy } = source.thread.settings();
  const wish = { cwd: cwd ?? source.config.cwd, model, approvalPolicy: policy };
  const origin = path === undefined ? ({ type: "new" } as const) : ({ type: "fork", path } as const);
  const loaded = await openFor(wish, origin, source.ephemeral, {
    place: app.place,
    client: client.info,
  });
  const live = app.threads.add(loaded, client);
  await app.clients.broadcast("thread/started", { thread: liveThreadOut(live) });
  live.follow();
  return live;
}
