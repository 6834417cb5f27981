// Puts a question of the turn to the person in front, whatever it is about (tui.md 5).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

/**
 * When the signal fires the dialog disappears, and the answer is `cancel`. One at a time: the terminal is lent to each.
 * @param cwd of the session: a command that is to run elsewhere is shown with its folder
 */
export async function askUser(
  screen: Screen,
  theme: Theme,
  request: AskRequest,
  signal: AbortSignal,
  cwd?: string,
): Promise<AskAnswer> {
  const asking = { screen, theme, signal, cwd };
  switch (request.type) {
    case "command":
      return await (await import("./approve-command")).approveCommand(request, asking);
    case "patch":
      return await (await import("./approve-patch")).approvePatch(request, asking);
    case "mcp_tool_call":
      return await (await import("./approve-mcp-tool")).approveMcpTool(request, asking);
    case "mcp_elicitation":
      return await (
        await import("../forms/answer-elicitation")
      ).answerElicitation(request.elicitation, asking);
    case "questions":
      return await (await import("../forms/answer-questions")).answerQuestions(request.questions, asking);
    default:
      return request satisfies never;
  }
}
