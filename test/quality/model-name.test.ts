import { describe, expect, test } from "bun:test";
import { MODEL_NAMES, normaliseModel } from "../../src/quality/model-name.ts";

describe("a model name", () => {
  test.each([
    ["gpt-4o-mini", "gpt-4o-mini"],
    ["gpt-4o-mini-2024-07-18", "gpt-4o-mini"],
    ["gpt4omini", "gpt-4o-mini"],
    ["GPT-4o", "gpt-4o"],
    ["gpt-4o-2024-11-20", "gpt-4o"],
    ["gpt4o", "gpt-4o"],
    ["gpt-4-turbo-preview", "gpt-4-turbo"],
    ["gpt4turbo", "gpt-4-turbo"],
    ["gpt-4", "gpt-4"],
    ["gpt-4.1", "gpt-4"],
    ["gpt4", "gpt-4"],
    ["gpt-3.5-turbo-16k", "gpt-3.5-turbo"],
    ["gpt-35-turbo", "gpt-3.5-turbo"],
    ["gpt35turbo", "gpt-3.5-turbo"],
    ["gpt-3.5", "gpt-3.5"],
    ["gpt35", "gpt-3.5"],
    ["o1-preview-2024-09-12", "o1-preview"],
    ["o1-mini", "o1-mini"],
    ["o1", "o1"],
    ["o1-pro", "other"],
    ["o3-mini", "o3"],
    ["claude-3-5-sonnet-20241022", "claude-3.5-sonnet"],
    ["anthropic/claude-3.5-sonnet", "claude-3.5-sonnet"],
    ["claude-3-5-haiku-latest", "claude-3.5-haiku"],
    ["claude-3-opus-20240229", "claude-3-opus"],
    ["claude-3-sonnet", "claude-3-sonnet"],
    ["claude-3-haiku", "claude-3-haiku"],
    ["claude-2.1", "claude-2"],
    ["claude-instant-1", "claude-other"],
    ["gemini-2.0-flash", "gemini-2"],
    ["models/gemini-1.5-pro-002", "gemini-1.5-pro"],
    ["gemini-1.5-flash", "gemini-1.5-flash"],
    ["gemini-pro", "gemini-pro"],
    ["gemini-1.0-ultra", "gemini-pro"],
    ["gemini-nano", "gemini-other"],
    ["codellama-34b", "codellama"],
    ["meta-llama/llama-3.1-70b", "llama-3"],
    ["llama3:8b", "llama-3"],
    ["llama-2-13b", "llama-2"],
    ["llama2", "llama-2"],
    ["tinyllama", "llama-other"],
    ["open-mixtral-8x7b", "mixtral"],
    ["mistral-large", "mistral"],
    ["not-gpt-4", "other"],
    ["gpt4turbo-x", "other"],
    ["  Mistral \n", "mistral"],
    ["constructor", "other"],
  ])("%p is %s", (text, expected) => {
    expect(normaliseModel(text)).toBe(expected);
  });

  test("that is empty is none", () => {
    expect(normaliseModel(" \t")).toBeNull();
  });

  test("is one of a closed set", () => {
    expect(MODEL_NAMES).toHaveLength(29);
    expect(new Set(MODEL_NAMES).size).toBe(29);
    for (const name of MODEL_NAMES) expect(MODEL_NAMES).toContain(normaliseModel(name) ?? "");
  });
});
