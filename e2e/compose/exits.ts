// Whose main process ended, and how: Docker tells it as it happens, of containers that are gone a moment later, too.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Exit {
  id: string;
  /** `ws-gateway-2`. */
  name: string;
  service: string;
  /** 137: killed. */
  code: number;
}

interface Event {
  Actor: { ID: string; Attributes: Record<string, string> };
}

export class Exits {
  #seen: Exit[] = [];

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout)
      createInterface(child.stdout).on('line', (line) => {
        this.#seen.push(exitOf(JSON.parse(line) as Event));
      });
    child.on('error', () => undefined); // without docker nothing begins
  }

  static watch(project: string): Exits {
    const filters = ['event=die', `label=com.docker.compose.project=${project}`].flatMap((of) => ['--filter', of]);
    const words = ['events', ...filters, '--format', '{{json .}}'];
    return new Exits(spawn('docker', words, { stdio: ['ignore', 'pipe', 'ignore'], detached: true }));
  }

  /** Those since the last call, in order. */
  take(): Exit[] {
    return this.#seen.splice(0);
  }

  end(): void {
    this.child.kill();
  }
}

export function exitOf({ Actor: { ID: id, Attributes: about } }: Event): Exit {
  const service = about['com.docker.compose.service'] ?? '';
  const number = about['com.docker.compose.container-number'];
  return { id, service, name: `${service}-${number ?? 'run'}`, code: Number(about['exitCode']) };
}

/** Such as `nats-1 0, postgres-1 137`. */
export const told = (exits: readonly Exit[]): string =>
  exits.map(({ name, code }) => `${name} ${code}`).join(', ') || 'nobody';
