// All that is done with goals, in one piece that is loaded where there is one, or is to be.

export { answerGoalCall } from "./calls";
export { changeGoal } from "./change";
export { chargeResponse, endTurn, opening } from "./pursuit";
