/**
 * What SQS answers instead of a result. Codes and texts are those of AWS where they are known: its API model, and
 * answers of the real service as recorded in LocalStack's snapshot tests and in public issues.
 */
export class QueueError extends Error {
  /** The exception's name in the JSON protocol (`__type`). */
  readonly code: string;
  /** The name the older Query protocol had for it: the `x-amzn-query-error` header, and the Code of a failed entry. */
  readonly queryCode: string;
  /** HTTP status. From 500 up the fault is the queue's, below it is the sender's. */
  readonly status: number;
  /** Code and text when it fails one entry of a batch, where AWS words that differently. */
  readonly entry: { readonly code: string; readonly message: string };

  constructor(
    code: string,
    message: string,
    {
      queryCode = code,
      status = 400,
      entry = { code: queryCode, message },
    }: { queryCode?: string; status?: number; entry?: { code: string; message: string } } = {},
  ) {
    super(message);
    this.name = "QueueError";
    this.code = code;
    this.queryCode = queryCode;
    this.status = status;
    this.entry = entry;
  }

  get senderFault(): boolean {
    return this.status < 500;
  }
}

const serviceCode = (code: string) => `AWS.SimpleQueueService.${code}`;

export function queueDoesNotExist(): QueueError {
  const queryCode = serviceCode("NonExistentQueue");
  return new QueueError("QueueDoesNotExist", "The specified queue does not exist.", { queryCode });
}

export function queueExistsWithOther(attribute: string): QueueError {
  const message = `A queue already exists with the same name and a different value for attribute ${attribute}`;
  return new QueueError("QueueNameExists", message, { queryCode: "QueueAlreadyExists" });
}

export function queueDeletedRecently(): QueueError {
  const message = "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
  return new QueueError("QueueDeletedRecently", message, { queryCode: serviceCode("QueueDeletedRecently") });
}

export function purgeInProgress(name: string): QueueError {
  const message = `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`;
  return new QueueError("PurgeQueueInProgress", message, {
    queryCode: serviceCode("PurgeQueueInProgress"),
    status: 403,
  });
}

export function invalidParameter(message: string): QueueError {
  return new QueueError("InvalidParameterValueException", message, { queryCode: "InvalidParameterValue" });
}

export function missingParameter(name: string): QueueError {
  const message = `The request must contain the parameter ${name}.`;
  return new QueueError("MissingRequiredParameterException", message, { queryCode: "MissingParameter" });
}

export function invalidAttributeName(name: string): QueueError {
  return new QueueError("InvalidAttributeName", `Unknown Attribute ${name}.`);
}

export function invalidAttributeValue(name: string, reason: string): QueueError {
  return new QueueError("InvalidAttributeValue", `Invalid value for the parameter ${name}. Reason: ${reason}`);
}

export function invalidMessageContents(): QueueError {
  const allowed = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
  return new QueueError("InvalidMessageContents", `Invalid characters found. Valid unicode characters are ${allowed}.`);
}

export function messageTooLong(maxBytes: number): QueueError {
  return invalidParameter(
    `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
  );
}

export function emptyBatch(): QueueError {
  const message = "There should be at least one entry in the request.";
  return new QueueError("EmptyBatchRequest", message, { queryCode: serviceCode("EmptyBatchRequest") });
}

export function tooManyEntries(max: number, count: number): QueueError {
  const message = `Maximum number of entries per request are ${max}. You have sent ${count}.`;
  return new QueueError("TooManyEntriesInBatchRequest", message, {
    queryCode: serviceCode("TooManyEntriesInBatchRequest"),
  });
}

export function batchTooLong(maxBytes: number, bytes: number): QueueError {
  const message = `Batch requests cannot be longer than ${maxBytes} bytes. You have sent ${bytes} bytes.`;
  return new QueueError("BatchRequestTooLong", message, { queryCode: serviceCode("BatchRequestTooLong") });
}

export function invalidBatchEntryId(): QueueError {
  const message =
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
  return new QueueError("InvalidBatchEntryId", message, { queryCode: serviceCode("InvalidBatchEntryId") });
}

export function batchIdsNotDistinct(id: string): QueueError {
  const queryCode = serviceCode("BatchEntryIdsNotDistinct");
  return new QueueError("BatchEntryIdsNotDistinct", `Id ${id} repeated.`, { queryCode });
}

/** The handle is none of this queue's. */
export function invalidReceiptHandle(handle: string): QueueError {
  const message = `The input receipt handle "${handle}" is not a valid receipt handle.`;
  return new QueueError("ReceiptHandleIsInvalid", message, { status: 404 });
}

/** The visibility of that delivery has ended: a FIFO queue then refuses the delete. */
export function expiredReceiptHandle(handle: string): QueueError {
  const reason = "The receipt handle has expired";
  const message = `Value ${handle} for parameter ReceiptHandle is invalid. Reason: ${reason}.`;
  const entry = { code: "ReceiptHandleIsInvalid", message: reason };
  return new QueueError("InvalidParameterValueException", message, { queryCode: "InvalidParameterValue", entry });
}

/** The visibility of that delivery has ended, or its message is gone: there is nothing to re-time. */
export function notAvailableForVisibility(handle: string): QueueError {
  const reason = "Message does not exist or is not available for visibility timeout change";
  const message = `Value ${handle} for parameter ReceiptHandle is invalid. Reason: ${reason}.`;
  const entry = { code: "ReceiptHandleIsInvalid", message: reason };
  return new QueueError("InvalidParameterValueException", message, { queryCode: "InvalidParameterValue", entry });
}

export function resourceNotFound(message: string): QueueError {
  return new QueueError("ResourceNotFoundException", message, { status: 404 });
}

export function unsupported(message: string): QueueError {
  return new QueueError("UnsupportedOperation", message, { queryCode: serviceCode("UnsupportedOperation") });
}
