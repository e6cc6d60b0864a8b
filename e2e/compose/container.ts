// A container, as `docker inspect` tells it: what of it matters here.

export interface Container {
  id: string;
  /** Of the compose file. */
  service: string;
  /** Of the replicas of its service, from 1. */
  number: number;
  /** `ws-gateway-2`. */
  name: string;
  /** Of its main process, on the host; 0 when there is none. */
  pid: number;
  /** `running`, `exited`, … */
  state: string;
  /** Null of one without a health check. */
  health: string | null;
  /** By network, without the project's name. */
  addresses: Record<string, string>;
  /** Where the host listens on its behalf: `127.0.0.1:8080`. */
  published: string[];
  isReadOnly: boolean;
}

/** The parts of Docker's answer that are read. */
interface Inspected {
  Id: string;
  State: { Pid: number; Status: string; Health?: { Status: string } };
  Config: { Labels: Record<string, string> };
  HostConfig: { ReadonlyRootfs: boolean };
  NetworkSettings: {
    Networks: Record<string, { IPAddress: string }>;
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null>;
  };
}

const LABEL = 'com.docker.compose';

/** @param json the answer of `docker inspect`; containers of `docker compose run` are left out */
export function containersIn(json: string): Container[] {
  return (JSON.parse(json) as Inspected[])
    .filter(({ Config }) => Config.Labels[`${LABEL}.oneoff`] !== 'True')
    .map((of) => {
      const label = (name: string): string => of.Config.Labels[`${LABEL}.${name}`] ?? '';
      const prefix = `${label('project')}_`;
      const [service, number] = [label('service'), Number(label('container-number'))];
      const networks = Object.entries(of.NetworkSettings.Networks);
      return {
        id: of.Id,
        service,
        number,
        name: `${service}-${number}`,
        pid: of.State.Pid,
        state: of.State.Status,
        health: of.State.Health?.Status ?? null,
        addresses: Object.fromEntries(networks.map(([name, { IPAddress }]) => [name.replace(prefix, ''), IPAddress])),
        published: Object.values(of.NetworkSettings.Ports).flatMap((ports) =>
          (ports ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`),
        ),
        isReadOnly: of.HostConfig.ReadonlyRootfs,
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

export const isWell = ({ state, health }: Container): boolean =>
  state === 'running' && (health === null || health === 'healthy');
