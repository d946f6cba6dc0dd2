// Model names as producers write them, reduced to a closed set, so that a label never grows with what somebody
// sends.

/** The first pattern that a name in lower case matches decides. */
const MODELS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^gpt-4o-mini|^gpt4omini$/, "gpt-4o-mini"],
  [/^gpt-4o|^gpt4o$/, "gpt-4o"],
  [/^gpt-4-turbo|^gpt4turbo$/, "gpt-4-turbo"],
  [/^gpt-4|^gpt4$/, "gpt-4"],
  [/^gpt-3\.5-turbo|^gpt-35-turbo|^gpt35turbo$/, "gpt-3.5-turbo"],
  [/^gpt-3\.5|^gpt35$/, "gpt-3.5"],
  [/^o1-preview/, "o1-preview"],
  [/^o1-mini/, "o1-mini"],
  [/^o1(?!-)/, "o1"],
  [/^o3/, "o3"],
  [/claude-3[-.]5-sonnet/, "claude-3.5-sonnet"],
  [/claude-3[-.]5-haiku/, "claude-3.5-haiku"],
  [/claude-3-opus/, "claude-3-opus"],
  [/claude-3-sonnet/, "claude-3-sonnet"],
  [/claude-3-haiku/, "claude-3-haiku"],
  [/claude-2/, "claude-2"],
  [/claude/, "claude-other"],
  [/gemini-2/, "gemini-2"],
  [/gemini-1\.5-pro/, "gemini-1.5-pro"],
  [/gemini-1\.5-flash/, "gemini-1.5-flash"],
  [/gemini-pro|gemini-1\.0/, "gemini-pro"],
  [/gemini/, "gemini-other"],
  [/codellama/, "codellama"],
  [/llama-?3/, "llama-3"],
  [/llama-?2/, "llama-2"],
  [/llama/, "llama-other"],
  [/mixtral/, "mixtral"],
  [/mistral/, "mistral"],
];

const OTHER = "other";

/** Every name that `normaliseModel` gives. */
export const MODEL_NAMES: readonly string[] = [...MODELS.map(([, name]) => name), OTHER];

/** The name of the closed set for `text`; `null` if it is empty. */
export function normaliseModel(text: string): string | null {
  const lower = text.trim().toLowerCase();
  if (lower === "") return null;
  return MODELS.find(([pattern]) => pattern.test(lower))?.[1] ?? OTHER;
}
