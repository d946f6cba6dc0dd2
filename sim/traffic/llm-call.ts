// A call to a language model: its events, and its answer in chunks of tokens.

import { FinishReason } from "../../src/wire/model.ts";
import type { Draft } from "./draft.ts";
import { event } from "./event-draft.ts";
import { type Run, shortId } from "./run.ts";
import type { NodeOutput } from "./run-state.ts";

const RETRY_CHANCE = 0.04;
const WORDS_PER_CHUNK = 6;
/** A usual rule of thumb for English text. */
const TOKENS_PER_WORD = 1.3;
/** The order of today's prices for a mid-sized model, US dollars a token. */
const COST_PER_TOKEN_USD = 4e-6;

export function* llmCall(run: Run, nodeId: string): Generator<Draft, NodeOutput> {
  const { content } = run;
  const llmRequestId = shortId(run, "req");
  const fields = { nodeId, llmRequestId };
  const promptTokens = content.between(180, 2400);
  yield event("LLM_START", { ...fields, attributes: { model: run.model, tokens_prompt: promptTokens } });
  if (content.chance(RETRY_CHANCE)) {
    run.retries++;
    yield event("LLM_RETRY", { ...fields, attributes: { retry_count: 1, error: "429 Too Many Requests" } });
  }
  const answer = yield* answerInChunks(run, llmRequestId, promptTokens);
  const durationUs = content.durationUs(900);
  const total = promptTokens + answer.tokens;
  run.promptTokens += promptTokens;
  run.completionTokens += answer.tokens;
  yield event("LLM_END", {
    ...fields,
    durationUs,
    attributes: {
      model: run.model,
      tokens_prompt: promptTokens,
      tokens_completion: answer.tokens,
      tokens_total: total,
      cost_usd: Math.round(total * COST_PER_TOKEN_USD * 1e6) / 1e6,
      cache_hit: content.chance(0.2),
    },
  });
  return { text: answer.text, tokens: total };
}

function* answerInChunks(run: Run, requestId: string, promptTokens: number): Generator<Draft, NodeOutput> {
  const { content, model } = run;
  const chunks = content.between(3, 10);
  const cutShort = content.chance(0.05);
  let text = "";
  let tokens = 0;
  for (let chunkIndex = 0; chunkIndex < chunks; chunkIndex++) {
    const piece = `${content.words(WORDS_PER_CHUNK)} `;
    const isFinal = chunkIndex === chunks - 1;
    text += piece;
    tokens += Math.round(WORDS_PER_CHUNK * TOKENS_PER_WORD);
    const end = {
      isFinal,
      finishReason: cutShort ? FinishReason.FINISH_REASON_LENGTH : FinishReason.FINISH_REASON_STOP,
      stats: { promptTokens, completionTokens: tokens, totalTokens: promptTokens + tokens },
    };
    const body = { requestId, text: piece, chunkIndex, model };
    yield { kind: "tokenChunk", body: isFinal ? { ...body, ...end } : body };
  }
  return { text: text.trimEnd(), tokens };
}
