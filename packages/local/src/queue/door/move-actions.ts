import type { MoveTask } from "../move-tasks.ts";
import type { Action } from "./action.ts";
import { optionalInteger, optionalText, text } from "./params.ts";

/** The redrive of a dead-letter queue. */
export const MOVE_ACTIONS: Readonly<Record<string, Action>> = {
  StartMessageMoveTask: (params, { account }) => {
    const { handle } = account.startMoveTask({
      sourceArn: text(params, "SourceArn"),
      destinationArn: optionalText(params, "DestinationArn"),
      messagesPerSecond: optionalInteger(params, "MaxNumberOfMessagesPerSecond"),
    });
    return { TaskHandle: handle };
  },

  CancelMessageMoveTask: (params, { account }) => ({
    ApproximateNumberOfMessagesMoved: account.cancelMoveTask(text(params, "TaskHandle")).moved,
  }),

  ListMessageMoveTasks: (params, { account }) => ({
    Results: account
      .moveTasks(text(params, "SourceArn"), optionalInteger(params, "MaxResults"))
      .map((task) => resultOf(task)),
  }),
};

function resultOf(task: MoveTask): object {
  return {
    // Only a running task can still be named.
    TaskHandle: task.status === "RUNNING" ? task.handle : undefined,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    MaxNumberOfMessagesPerSecond: task.messagesPerSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failureReason,
    StartedTimestamp: task.startedAtMs,
  };
}
