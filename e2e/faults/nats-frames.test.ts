// A proxy that cut messages at the wrong byte would break the protocol and blame the server.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NatsFrames, subjectOf } from './nats-frames.js';

const frames = [
  'INFO {"server_id":"x"}\r\n',
  'PUB natter.log.append _INBOX.1 7\r\na\r\nb c!\r\n',
  'PING\r\n',
  'HMSG natter.instance.ws-1.deliver 3 12 17\r\nNATS/1.0\r\n\r\nhello\r\n',
  'MSG natter.event.log.beat 9 0\r\n\r\n',
  '+OK\r\n',
];

it('cuts a stream into the same messages wherever its chunks end', () => {
  const stream = Buffer.from(frames.join(''));
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 20 }), (cuts) => {
      const ends = [...cuts, stream.length].sort((a, b) => a - b);
      const splitter = new NatsFrames();
      const out = ends.flatMap((end, index) => splitter.take(stream.subarray(ends[index - 1] ?? 0, end)));
      expect(out.map(String)).toEqual(frames);
    }),
  );
});

it('knows what a message is about', () => {
  const subjects = frames.map((frame) => subjectOf(Buffer.from(frame)));
  const [append, deliver, beat] = ['natter.log.append', 'natter.instance.ws-1.deliver', 'natter.event.log.beat'];
  expect(subjects).toEqual([undefined, append, undefined, deliver, beat, undefined]);
});
