// What breaks WebSocket itself, on a socket that is open.
import { limits } from '@natter/contracts/limits';
import { flood, type Make, type SocketAbuse } from './abuse.js';
import { bytes, type Lot, uuid } from './lots.js';
import { nastyText } from './nasty.js';
import { frame, opcodes, text } from './wire-socket.js';

const { continuation, text: textOp, binary, close, ping, pong } = opcodes;
const small = (lot: Lot): Buffer => Buffer.from(nastyText(lot).slice(0, 100).toWellFormed());
const pingText = '{"type":"ping","id":"p"}';

const closeWith = (code: number, reason: Buffer = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame(Buffer.concat([head, reason]), { opcode: close });
};

export const onSockets: readonly Make<SocketAbuse['end']>[] = [
  ['unmasked frame', 'ends', (lot) => [frame(small(lot), { opcode: lot.pick([textOp, ping, close]), masked: false })]],
  ['reserved bits', 'ends', (lot) => [frame(small(lot), { opcode: textOp, reserved: lot.between(1, 7) })]],
  ['reserved opcode', 'ends', (lot) => [frame(small(lot), { opcode: lot.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) })]],
  ['control too long', 'ends', (lot) => [frame(bytes(lot, 126), { opcode: lot.pick([close, ping, pong]) })]],
  ['control in fragments', 'ends', (lot) => [frame(small(lot), { opcode: lot.pick([close, ping, pong]), fin: false })]],
  ['continuation of nothing', 'ends', (lot) => [frame(small(lot), { opcode: continuation, fin: lot.chance(0.5) })]],
  [
    'message within a message',
    'ends',
    (lot) => [frame(Buffer.from('{'), { opcode: textOp, fin: false }), frame(small(lot), { opcode: textOp })],
  ],
  [
    'flood of fragments',
    'ends',
    (lot) => [
      frame(Buffer.alloc(0), { opcode: textOp, fin: false }),
      ...flood(
        lot.pick([20_000, 140_000]),
        frame(Buffer.from(lot.pick(['', 'x'])), { opcode: continuation, fin: false }),
      ),
    ],
  ],
  [
    'fragments above the limit',
    'ends',
    () => [
      frame(Buffer.alloc(40_000, 'x'), { opcode: textOp, fin: false }),
      frame(Buffer.alloc(40_000, 'x'), { opcode: continuation, fin: true }),
    ],
  ],
  [
    'length beyond all limits',
    'ends',
    (lot) => [
      frame(small(lot), {
        opcode: lot.pick([textOp, binary]),
        form: 64,
        claims: lot.pick([65_537n, 1n << 31n, 1n << 32n, (1n << 53n) - 1n, 1n << 53n, 1n << 63n, (1n << 64n) - 1n]),
      }),
    ],
  ],
  ['frame above the limit', 'ends', () => [text(Buffer.alloc(limits.frame_bytes + 1, 'x'))]],
  ['length longer than the frame', 'may', (lot) => [frame(small(lot), { opcode: textOp, claims: 1_000n })]],
  ['length written too long', 'lives', () => [frame(Buffer.from(pingText), { opcode: textOp, form: 64 })]],
  ['close of one byte', 'ends', (lot) => [frame(bytes(lot, 1), { opcode: close })]],
  [
    'close with a code nobody may use',
    'ends',
    (lot) => [closeWith(lot.pick([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]))],
  ],
  ['close with broken words', 'ends', () => [closeWith(1_000, Buffer.from([0xff, 0xfe]))]],
  ['close, and on', 'ends', (lot) => [closeWith(1_000), text(pingText), ...flood(lot.between(1, 50), text('x'))]],
  ['broken UTF-8', 'ends', (lot) => [text(Buffer.concat([small(lot), Buffer.from([0xc3, 0x28])]))]],
  [
    'broken UTF-8 across fragments',
    'ends',
    () => [
      frame(Buffer.from([0xe2, 0x82]), { opcode: textOp, fin: false }),
      frame(Buffer.from([0x28]), { opcode: continuation }),
    ],
  ],
  [
    'character across fragments',
    'lives',
    () => {
      const words = Buffer.from('{"type":"ping","id":"p","x":"€"}');
      const cut = words.indexOf('€') + 1;
      return [
        frame(words.subarray(0, cut), { opcode: textOp, fin: false }),
        frame(Buffer.from('between'), { opcode: ping }),
        frame(words.subarray(cut), { opcode: continuation }),
      ];
    },
  ],
  ['one byte at a time', 'lives', () => [...text(pingText)].map((byte) => Buffer.from([byte]))],
  ['empty frames', 'may', (lot) => flood(lot.between(1, 9), text(''))],
  ['flood of pings', 'may', (lot) => flood(lot.pick([100, 30_000]), frame(Buffer.alloc(125, 'x'), { opcode: ping }))],
  ['flood of pongs', 'lives', (lot) => flood(lot.pick([100, 30_000]), frame(Buffer.alloc(125, '9'), { opcode: pong }))],
  [
    'pongs nobody asked for',
    'lives',
    (lot) => [frame(small(lot).subarray(0, 125), { opcode: pong }), frame(Buffer.from('1e9'), { opcode: pong })],
  ],
  ['garbage', 'may', (lot) => [bytes(lot, lot.between(1, 4_000))]],
  ['compressed frame', 'ends', (lot) => [frame(bytes(lot, 40), { opcode: textOp, reserved: 4 })]],
  [
    'flood of sends',
    'may',
    (lot, { room }) =>
      Array.from({ length: 300 }, () => text(`{"type":"send","id":"${uuid(lot)}","room":"${room}","body":"flood"}`)),
  ],
  ['flood of syncs', 'may', (_, { room }) => flood(100, text(`{"type":"sync","id":"s","rooms":{"${room}":0}}`))],
  ['flood of hellos', 'ends', () => flood(40, text('{"type":"hello"}'))],
  ['flood of nothing', 'ends', () => flood(200, text('{}'))],
];
