// Tags of OTLP's trace messages: field number and wire type, `number << 3 | type`.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

export const REQUEST_RESOURCE_SPANS = 0x0a;
export const LAST_REQUEST_FIELD = 1;

export const RESOURCE_SPANS_RESOURCE = 0x0a;
export const RESOURCE_SPANS_SCOPE_SPANS = 0x12;
export const RESOURCE_SPANS_SCHEMA_URL = 0x1a;
export const LAST_RESOURCE_SPANS_FIELD = 3;

export const RESOURCE_ATTRIBUTE = 0x0a;
export const RESOURCE_DROPPED_ATTRIBUTES = 0x10;
export const LAST_RESOURCE_FIELD = 2;

export const SCOPE_SPANS_SCOPE = 0x0a;
export const SCOPE_SPANS_SPAN = 0x12;
export const SCOPE_SPANS_SCHEMA_URL = 0x1a;
export const LAST_SCOPE_SPANS_FIELD = 3;

export const SCOPE_NAME = 0x0a;
export const SCOPE_VERSION = 0x12;
export const SCOPE_ATTRIBUTE = 0x1a;
export const SCOPE_DROPPED_ATTRIBUTES = 0x20;
export const LAST_SCOPE_FIELD = 4;

export const SPAN_TRACE_ID = 0x0a;
export const SPAN_SPAN_ID = 0x12;
export const SPAN_TRACE_STATE = 0x1a;
export const SPAN_PARENT_SPAN_ID = 0x22;
export const SPAN_NAME = 0x2a;
export const SPAN_KIND = 0x30;
export const SPAN_START_TIME = 0x39;
export const SPAN_END_TIME = 0x41;
export const SPAN_ATTRIBUTE = 0x4a;
export const SPAN_DROPPED_ATTRIBUTES = 0x50;
export const SPAN_EVENT = 0x5a;
export const SPAN_DROPPED_EVENTS = 0x60;
export const SPAN_LINK = 0x6a;
export const SPAN_DROPPED_LINKS = 0x70;
export const SPAN_STATUS = 0x7a;
/** The only tag of two bytes, 0x85 0x01. */
export const SPAN_FLAGS = 0x85;
export const LAST_SPAN_FIELD = 16;

export const EVENT_TIME = 0x09;
export const EVENT_NAME = 0x12;
export const EVENT_ATTRIBUTE = 0x1a;
export const EVENT_DROPPED_ATTRIBUTES = 0x20;
export const LAST_EVENT_FIELD = 4;

export const LINK_TRACE_ID = 0x0a;
export const LINK_SPAN_ID = 0x12;
export const LINK_TRACE_STATE = 0x1a;
export const LINK_ATTRIBUTE = 0x22;
export const LINK_DROPPED_ATTRIBUTES = 0x28;
export const LINK_FLAGS = 0x35;
export const LAST_LINK_FIELD = 6;

export const STATUS_MESSAGE = 0x12;
export const STATUS_CODE = 0x18;
/** Reserved by the schema: skipped whatever its wire type. */
export const STATUS_RESERVED_FIELD = 1;
export const LAST_STATUS_FIELD = 3;

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;
