// Whether this device is told of what happens while nobody looks, and a test that shows where it ends.
import { useEffect, useState } from 'react';
import { FormError } from '../frame/form.js';
import { CheckIcon, CloseIcon } from '../frame/icons.js';
import { useNatter, useStore } from '../frame/natter-context.js';
import { useAction } from '../frame/use-action.js';
import type { PushState, PushTest } from '../store/push-device.js';

const words: Record<PushState, string> = {
  unknown: '',
  unsupported:
    'This browser cannot be told while Natter is closed. It takes a browser with Web Push, and a server reached by https.',
  denied:
    'You told the browser not to show notifications of this page. Allow them in the settings of the browser first.',
  off: 'This device is silent while Natter is closed.',
  on: 'This device is told when messages wait for you, ten seconds after they could not be delivered anywhere.',
};

export function PushSettings() {
  const { push } = useNatter();
  const state = useStore(push, (all) => all.push);
  const [test, setTest] = useState<PushTest>();
  const { isBusy, error, run } = useAction();
  useEffect(() => void push.look().catch(() => undefined), [push]);
  const change = (work: () => Promise<void>) => {
    setTest(undefined);
    void run(work);
  };
  return (
    <>
      <p className="facts">{words[state]}</p>
      <FormError error={error} />
      {state === 'off' && (
        <p>
          <button
            type="button"
            className="button primary"
            aria-disabled={isBusy}
            onClick={() => change(() => push.switchOn())}
          >
            Tell this device
          </button>
        </p>
      )}
      {state === 'on' && (
        <p className="button-row">
          <button
            type="button"
            className="button"
            aria-disabled={isBusy}
            onClick={() => void run(async () => setTest(await push.test()))}
          >
            {isBusy && <span className="spinner" aria-hidden="true" />}
            Send a test
          </button>
          <button
            type="button"
            className="button"
            aria-disabled={isBusy}
            onClick={() => change(() => push.switchOff())}
          >
            Be silent
          </button>
        </p>
      )}
      {test && <Trace test={test} />}
    </>
  );
}

/** Each step on the way of a push. */
function Trace({ test }: { test: PushTest }) {
  return (
    <ol className="trace" aria-label="The way of the test" role="status">
      {test.hops.map(({ name, ok, detail }) => (
        <li key={name} className={ok ? 'is-good' : 'is-bad'}>
          {ok ? <CheckIcon /> : <CloseIcon />}
          <span>
            <strong>{name}</strong> <span className="facts">{detail}</span>
            <span className="sr-only">{ok ? 'good' : 'failed'}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
