// One line of the doctor.

export type Finding =
  | { readonly state: 'ok'; readonly what: string }
  /** `todo`: one sentence that says what to do. */
  | { readonly state: 'wrong'; readonly what: string; readonly todo: string }
  | { readonly state: 'unknown'; readonly what: string };

export const ok = (what: string): Finding => ({ state: 'ok', what });
export const wrong = (what: string, todo: string): Finding => ({ state: 'wrong', what, todo });
export const unknown = (what: string): Finding => ({ state: 'unknown', what });

const SIGNS = { ok: 'ok', wrong: '!!', unknown: '-' } as const;

export function formatFinding(finding: Finding): string {
  const line = `${SIGNS[finding.state].padEnd(3)} ${finding.what}\n`;
  return finding.state === 'wrong' ? `${line}    ${finding.todo}\n` : line;
}
