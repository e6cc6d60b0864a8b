// How far a message of one's own has come: a clock, one tick, two, two in green.
import { CheckIcon, ChecksIcon, ClockIcon, WarnIcon } from '../frame/icons.js';
import type { DeliveryState } from '../store/timeline.js';

const marks: Record<DeliveryState, { label: string; Icon: typeof ClockIcon }> = {
  queued: { label: 'Waiting to be sent', Icon: ClockIcon },
  sending: { label: 'Sending', Icon: ClockIcon },
  stored: { label: 'Sent', Icon: CheckIcon },
  delivered: { label: 'Delivered', Icon: ChecksIcon },
  read: { label: 'Read', Icon: ChecksIcon },
  refused: { label: 'Not sent', Icon: WarnIcon },
};

export function DeliveryMark({ state, readers = 0 }: { state: DeliveryState; readers?: number }) {
  const { label, Icon } = marks[state];
  const words = state === 'read' && readers > 1 ? `Read by ${readers}` : label;
  return (
    <span className={`delivery delivery-${state}`} title={words}>
      <Icon />
      <span className="sr-only">{words}</span>
    </span>
  );
}
