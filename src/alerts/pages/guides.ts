// The pages of the runbook that are about no single alert.

import { deadLettersGuide } from "./dead-letters.ts";
import { forensicsGuide } from "./forensics.ts";
import { quickReferenceGuide } from "./quick-reference.ts";
import { replayBufferGuide } from "./replay-buffer.ts";
import { settingsGuide } from "./settings.ts";

export interface Guide {
  readonly file: string;
  readonly title: string;
  readonly text: () => string;
}

export const GUIDES: readonly Guide[] = [
  { file: "quick-reference.md", title: "Quick reference", text: quickReferenceGuide },
  {
    file: "dead-letters.md",
    title: "Dead letters: who exports what, and what is at stake",
    text: deadLettersGuide,
  },
  { file: "forensics.md", title: "Forensics: dead letters, traces, offsets, queries", text: forensicsGuide },
  { file: "replay-buffer.md", title: "Replay buffer", text: replayBufferGuide },
  { file: "settings.md", title: "Settings that operators change", text: settingsGuide },
];
