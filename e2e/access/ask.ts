// Asking as somebody, and saying in a few words how it was answered. Whatever else an answer gives away stands beside it, so that one
// comparison of words is the whole judgement.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, errorCatalogue } from '@natter/contracts/errors';
import type { Answer, Problem } from '../harness/api.js';
import { type Call, nowhere, pathOf } from './requests.js';
import { type ActorName, isStopped, type Kind, maySee, type Need, placeOf, refusalOf, type Secret } from './rule.js';
import type { Scene, Stage } from './stage.js';

/** Hears every answer, whatever it is. */
export type Witness = (call: string, answer: Answer<unknown>) => void;

const busyTries = 4;
const worded = (code: ErrorCode): string => `${errorCatalogue[code].httpStatus} ${code}`;

/** How a call has to be answered. */
export function expected(call: Call, name: ActorName, { kind }: Scene): string {
  const refusal = refusalOf(call.needs, name, kind);
  if (refusal !== undefined) return worded(refusal);
  const { shows } = call;
  if (shows === undefined) return call.done;
  const isShown = shows === 'mine' ? placeOf(name, kind) !== null : maySee(name, kind, shows);
  return isShown ? `${call.done} with ${shows === 'mine' ? 'title' : shows}` : call.done;
}

export const isRefused = (call: Call, name: ActorName, { kind }: Scene): boolean =>
  refusalOf(call.needs, name, kind) !== undefined;

/** Refused in words that must be those for what does not exist: one may not know that it is there. */
export function isBlind(needs: Need, name: ActorName, kind: Kind): boolean {
  const refusal = refusalOf(needs, name, kind);
  return refusal === 'not_found' || (refusal !== undefined && isStopped(name) && needs.place !== undefined);
}

/** Calls, and says how it was answered. */
export async function asked(
  key: string,
  call: Call,
  name: ActorName,
  scene: Scene,
  stage: Stage,
  witness: Witness,
): Promise<string> {
  const ask = async (where: Scene): Promise<Answer<Problem | null>> => {
    const attempt = { stage, scene: where, name };
    const api = call.endsSession ? await stage.again(name) : stage.as(name);
    const [method = ''] = key.split(' ');
    const once = () =>
      api.call<Problem | null>(method, pathOf(key, attempt), {
        ...(call.body && { body: call.body(attempt) }),
        ...(call.form && { form: call.form(attempt) }),
      });
    let answer = await once();
    // Pictures are drawn one at a time, when nothing else wants the processors: a busy machine says when to come again.
    for (let left = busyTries; call.form !== undefined && answer.status === 503 && left > 0; left--) {
      await sleep(Number(answer.headers.get('retry-after')) * 1_000);
      answer = await once();
    }
    witness(key, answer);
    return answer;
  };
  const answer = await ask(scene);
  const said = answer.status < 400 ? String(answer.status) : `${answer.status} ${answer.body?.code}`;
  const given = gives(answer.text, name, scene, call.shows, stage);
  const isNamed = pathOf(key, { stage, scene, name }) !== pathOf(key, { stage, scene: nowhere(scene), name });
  if (isNamed && isBlind(call.needs, name, scene.kind)) {
    const twin = await ask(nowhere(scene));
    if (outside(twin) !== outside(answer)) return `${said}${given}, unlike where there is nothing: ${outside(twin)}`;
  }
  return `${said}${given}`;
}

/** All of an answer but what names this one request. */
function outside({ status, headers, text }: Answer<unknown>): string {
  const shown = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return JSON.stringify([status, shown.sort(), text.replace(/"request_id":"[^"]*"/, '')]);
}

/** ` with words` where the answer shows what it is asked for; whatever it shows of any scene to somebody who may not see it. */
function gives(text: string, name: ActorName, scene: Scene, shows: Call['shows'], stage: Stage): string {
  const wanted = shows === 'mine' ? 'title' : shows;
  const isShown = wanted !== undefined && text.includes(scene.secrets[wanted]);
  return `${isShown ? ` with ${wanted}` : ''}${leaks(text, name, Object.values(stage.scenes))}`;
}

const secrets: readonly Secret[] = ['title', 'words'];

/** Says what a text shows to somebody who may not see it. */
export function leaks(text: string, name: ActorName, scenes: readonly Scene[]): string {
  const found = scenes.flatMap(({ kind, secrets: marks }) =>
    secrets
      .filter((secret) => text.includes(marks[secret]) && !maySee(name, kind, secret))
      .map((secret) => `${kind} ${secret}`),
  );
  return found.length === 0 ? '' : `, gives away ${found.join(' and ')}`;
}
