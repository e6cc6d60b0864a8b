// Publish and subscribe inside nginx, in C, in memory: what one could do without a program of one's own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@natter/infra/ports';
import { type Member, silentMember } from '../generator/member.js';
import { HttpLine } from '../generator/http-line.js';
import { Wire, type WireOptions } from '../generator/wire.js';
import { nginxConf } from '../peers/nchan.js';
import { Child, missing } from './child.js';
import type { Running, System } from './system.js';

const nginx = '/usr/sbin/nginx';
const module = '/usr/lib/nginx/modules/ngx_nchan_module.so';

export class NchanSystem implements System {
  readonly name = 'nchan';
  readonly says = 'nginx with the nchan module (C), 2 workers, memory only; published by HTTP';

  obstacle(): string | undefined {
    return missing(module, 'nginx-light libnginx-mod-nchan');
  }

  async start(): Promise<Running> {
    const port = await freePort(new Set());
    const folder = mkdtempSync(join(tmpdir(), 'natter-bench-nchan-'));
    const conf = join(folder, 'nginx.conf');
    writeFileSync(conf, nginxConf({ port, folder, module }));
    const child = await Child.start('nginx', nginx, ['-p', folder, '-c', conf, '-e', join(folder, 'error.log')], port);
    return {
      pids: new Map([['nginx', child.pid]]),
      open: (room, _, options) => open(port, room, options),
      stop: async () => {
        await child.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** Subscribed by a WebSocket; who sends opens a second line for it at the first send. */
async function open(port: number, room: number, options?: WireOptions): Promise<Member> {
  const wire = await Wire.open(`ws://127.0.0.1:${port}/sub/r${room}`, options);
  let line: HttpLine | undefined;
  const made: Member = silentMember(
    room,
    (body) => {
      line ??= new HttpLine(port, (status) => (status < 300 ? made.onAck() : made.onRefusal()));
      line.post(`/pub/r${room}`, body);
    },
    () => {
      wire.destroy();
      line?.close();
    },
  );
  wire.onClose = () => made.onClose();
  wire.onPayload = (chunk, start, end) => made.onDelivery(chunk, start, end);
  return made;
}
