// How a request goes on to a real broker: what rules refuse is taken out, the rest is asked for, and answers that would lead
// the client past the proxy are rewritten. All else passes as it came, byte for byte.

import {
  type Api,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  type RequestHeader,
} from "../../../src/kafka-protocol/api.ts";
import type { ApiName } from "../../../src/kafka-protocol/apis.ts";
import type { Reader } from "../../../src/kafka-protocol/reader.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Call, Handling } from "../../broker/connection.ts";
import { injectedError, type RequestTarget } from "../../broker/control.ts";
import type { ProxiedNodes } from "./nodes.ts";
import type { ErrorOf, Splitter } from "./split.ts";
import { type Upstream, withPrefix } from "./upstream.ts";

/** Where the requests of one connection go. */
export interface Way {
  readonly upstream: Upstream;
  readonly nodes: ProxiedNodes;
  readonly clock: Clock;
}

/** A request as it came: the frame, and what its header says. */
export interface Arrived {
  readonly header: RequestHeader;
  readonly frame: Buffer;
}

export type Decode = (arrived: Arrived, body: Reader, way: Way) => Call;

export interface Route<Req, Res> {
  readonly api: Api<ApiName, Req, Res>;
  readonly targets: (request: Req) => readonly RequestTarget[];
  readonly split: Splitter<Req, Res>;
  /** Makes Kafka's answer one that may be given to a client. */
  readonly rewrite?: (answer: Res, nodes: ProxiedNodes) => Res | Promise<Res>;
  /** Whether the client wants an answer; default: always. */
  readonly isAnswered?: (request: Req) => boolean;
  /** Answers in a way of its own; `null` = as others, which is to be split if a rule refuses it. */
  readonly special?: (request: Req, asking: Asking<Req, Res>) => Promise<Res | null> | null;
}

/** What a special way of answering may use. */
export interface Asking<Req, Res> {
  readonly way: Way;
  readonly handling: Handling;
  readonly ask: (request: Req) => Promise<Res>;
}

/** How requests of one API are read and answered. */
export function route<Req, Res>(definition: Route<Req, Res>): readonly [key: number, decode: Decode] {
  const { api, targets } = definition;
  const decode: Decode = ({ header, frame }, body, way) => {
    const request = api.request(header.apiVersion).read(body);
    return {
      api: api.name,
      header,
      targets: targets(request),
      handle: (handling) => handle(definition, request, { header, frame }, handling, way),
    };
  };
  return [api.key, decode];
}

async function handle<Req, Res>(
  definition: Route<Req, Res>,
  request: Req,
  arrived: Arrived,
  handling: Handling,
  way: Way,
): Promise<Buffer | null> {
  const { api, rewrite, isAnswered, special, split } = definition;
  const { header, frame } = arrived;
  const { apiVersion, correlationId } = header;
  const { upstream, nodes } = way;
  const isRefused = handling.decision?.action.kind === "error";
  if (isAnswered && !isAnswered(request)) {
    const rest = isRefused ? split(request, errorsOf(handling)).rest : request;
    if (rest === request) await upstream.send(withPrefix(frame));
    else if (rest !== null) await upstream.send(encodeRequest(api, apiVersion, header, rest));
    return null;
  }
  const encoded = (answer: Res) => encodeResponse(api.response(apiVersion), correlationId, answer);
  const ask = async (bytes: Buffer): Promise<Res> => {
    const { body } = decodeResponse(api, apiVersion, await upstream.exchange(bytes));
    return rewrite ? rewrite(body, nodes) : body;
  };
  const askFor = (rest: Req) => ask(encodeRequest(api, apiVersion, header, rest));
  const answered = special?.(request, { way, handling, ask: askFor }) ?? null;
  if (answered !== null) {
    const answer = await answered;
    return answer === null ? null : encoded(answer);
  }
  if (isRefused) {
    const { rest, whole } = split(request, errorsOf(handling));
    return encoded(whole(rest === null ? null : await askFor(rest)));
  }
  return rewrite ? encoded(await ask(withPrefix(frame))) : passOn(arrived, way);
}

/** The request as it came, and the answer as it comes. */
export async function passOn({ frame }: Arrived, { upstream }: Way): Promise<Buffer> {
  return withPrefix(await upstream.exchange(withPrefix(frame)));
}

function errorsOf({ decision }: Handling): ErrorOf {
  return (topic: string | null, partition: number | null) => injectedError(decision, topic, partition);
}
