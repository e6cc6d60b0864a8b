// Whether the manifests fit together and fit the services: names, ports, selectors, settings. What a cluster makes of them is not tried here.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { configSchema as authService } from '../../auth-service/src/config.js';
import { configSchema as gateway } from '../../gateway/src/config.js';
import { configSchema as notificationService } from '../../notification-service/src/config.js';
import { configSchema as roomService } from '../../room-service/src/config.js';
import { configSchema as sessionService } from '../../session-service/src/config.js';
import { configSchema as wsGateway } from '../../ws-gateway/src/config.js';
import { publicKeyOf } from '../../packages/service-kit/nkeys.mjs';
import { withFreshSecrets } from './secrets.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const read = (path: string): string => readFileSync(join(here, path), 'utf8');

const SCHEMAS: Record<string, z.ZodObject> = {
  'auth-service': authService,
  'room-service': roomService,
  'session-service': sessionService,
  'notification-service': notificationService,
  gateway,
  'ws-gateway': wsGateway,
};
/** Read by the image's start script, not by a service. */
const OF_THE_IMAGE = ['NODE_FLAGS'];

type Labels = Record<string, string>;
interface Source {
  name: string;
  key?: string;
}
interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: Source; configMapKeyRef?: Source; fieldRef?: { fieldPath: string } };
}
interface Probe {
  httpGet: { path: string; port: string };
}
interface Container {
  name: string;
  image: string;
  env?: Variable[];
  envFrom?: { configMapRef?: Source; secretRef?: Source }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: Record<string, unknown>;
  volumeMounts: { name: string; mountPath: string }[];
}
interface Pod {
  securityContext: Record<string, unknown>;
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds?: number;
  containers: Container[];
  volumes: {
    name: string;
    projected?: { sources: { configMap: Source }[] };
    persistentVolumeClaim?: { claimName: string };
  }[];
}
interface Thing {
  kind: string;
  metadata: { name: string; namespace?: string };
  // oxlint-disable-next-line typescript/no-explicit-any -- as wide as what Kubernetes takes
  [field: string]: any;
}

const thingsIn = (path: string): Thing[] => parseAllDocuments(read(path)).map((document) => document.toJS() as Thing);
const kustomization = parse(read('kustomization.yaml')) as {
  namespace: string;
  resources: string[];
  images: { name: string; newTag: string }[];
  configMapGenerator: { name: string; files: string[] }[];
};
const base = kustomization.resources.filter((path) => path.endsWith('.yaml')).flatMap(thingsIn);
const ofNats = parse(read('../nats/kustomization.yaml')) as Pick<typeof kustomization, 'configMapGenerator'>;
const backup = ['backup/backup.yaml', 'backup/restore.yaml'].flatMap(thingsIn);
const all = [...base, ...backup];
const secrets = parseAllDocuments(withFreshSecrets(read('secrets.example.yaml'))).map(
  (document) => document.toJS() as Thing,
);

const ofKind = (...kinds: string[]): Thing[] => all.filter(({ kind }) => kinds.includes(kind));
const named = (kind: string, name: string): Thing => {
  const found = [...all, ...secrets].find((thing) => thing.kind === kind && thing.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};

interface Workload {
  name: string;
  labels: Labels;
  pod: Pod;
  thing: Thing;
  claims: string[];
}
const workloads: Workload[] = ofKind('Deployment', 'StatefulSet', 'CronJob', 'Job').map((thing) => {
  const template = thing.kind === 'CronJob' ? thing['spec'].jobTemplate.spec.template : thing['spec'].template;
  const claims = (thing['spec'].volumeClaimTemplates ?? []) as Thing[];
  return {
    name: thing.metadata.name,
    labels: template.metadata.labels,
    pod: template.spec,
    thing,
    claims: claims.map(({ metadata }) => metadata.name),
  };
});
const containers = workloads.flatMap((of) => of.pod.containers.map((container) => ({ ...container, of })));
const services = containers.filter(({ name }) => name in SCHEMAS);
const selected = (labels: Labels): Workload[] =>
  workloads.filter((workload) => Object.entries(labels).every(([key, value]) => workload.labels[key] === value));
const portNames = ({ pod }: Workload): string[] =>
  pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));

/** The environment a container gets, from wherever it comes. */
function environmentOf({ env = [], envFrom = [] }: Container): Record<string, string> {
  const shared = envFrom.map(({ configMapRef, secretRef }) =>
    configMapRef !== undefined
      ? (named('ConfigMap', configMapRef.name)['data'] as Labels)
      : (named('Secret', secretRef?.name ?? '')['stringData'] as Labels),
  );
  const own = env.map(({ name, value, valueFrom }) => {
    const secret = valueFrom?.secretKeyRef;
    if (secret !== undefined) return [name, named('Secret', secret.name)['stringData'][secret.key ?? ''] as string];
    const setting = valueFrom?.configMapKeyRef;
    if (setting !== undefined) return [name, named('ConfigMap', setting.name)['data'][setting.key ?? ''] as string];
    return [name, valueFrom?.fieldRef === undefined ? value : 'pod-7d9f8b-x2x4z'];
  });
  return Object.assign({}, ...shared, Object.fromEntries(own));
}

describe('each service', () => {
  it('is there, once', () => {
    expect(services.map(({ name }) => name).sort()).toEqual(Object.keys(SCHEMAS).sort());
  });

  it.each(services)('$name gets settings that it knows, and can start with', (container) => {
    const environment = environmentOf(container);
    const schema = SCHEMAS[container.name];
    const isKnown = (setting: string): boolean => setting in (schema?.shape ?? {}) || OF_THE_IMAGE.includes(setting);
    expect((container.env ?? []).map(({ name }) => name).filter((name) => !isKnown(name))).toEqual([]);
    expect(schema?.safeParse(environment).error?.issues ?? []).toEqual([]);
  });

  it('knows what is said to all: of each shared setting, some of those who get it', () => {
    for (const { metadata, data } of ofKind('ConfigMap')) {
      const readers = services.filter(({ envFrom = [] }) =>
        envFrom.some(({ configMapRef }) => configMapRef?.name === metadata.name),
      );
      const known = readers.flatMap(({ name }) => Object.keys(SCHEMAS[name]?.shape ?? {}));
      expect(known).toEqual(expect.arrayContaining(Object.keys(data)));
    }
  });

  it.each(services)('$name is asked how it is on the port where it answers', (container) => {
    const health = container.ports?.find(({ name }) => name === 'health');
    const environment = environmentOf(container);
    expect([environment['HEALTH_HOST'], Number(environment['HEALTH_PORT'])]).toEqual([
      '0.0.0.0',
      health?.containerPort,
    ]);
    const { startupProbe, readinessProbe, livenessProbe } = container;
    expect([startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet.port)).toEqual(
      Array(3).fill('health'),
    );
    expect(livenessProbe?.httpGet.path).toBe('/healthz');
  });

  it.each(services.filter(({ ports = [] }) => ports.some(({ name }) => name === 'http')))(
    '$name listens where it is called, and is not shut when what is behind it is away',
    (container) => {
      const http = container.ports?.find(({ name }) => name === 'http');
      const environment = environmentOf(container);
      expect([environment['HOST'], Number(environment['PORT'])]).toEqual(['0.0.0.0', http?.containerPort]);
      expect([container.startupProbe, container.readinessProbe].map((probe) => probe?.httpGet.path)).toEqual([
        '/readyz',
        '/healthz',
      ]);
    },
  );

  it('has time to say goodbye: more than its drain, and what follows it', () => {
    const { of, ...container } = services.find(({ name }) => name === 'ws-gateway') ?? expect.fail();
    const drainSeconds = Number(environmentOf(container as Container)['NATTER_DRAIN_MS']) / 1000;
    expect(of.pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainSeconds + 10);
  });

  it.each(services)('$name has a key of its own, which the bus knows by the name of the service', (container) => {
    const { NATS_NKEY_SEED: seed = '' } = environmentOf(container);
    const nats = containers.find(({ name }) => name === 'nats') ?? expect.fail();
    const variable = `${container.name.toUpperCase().replace('-', '_')}_NKEY`;
    expect(environmentOf(nats)[variable]).toBe(publicKeyOf(seed));
    expect(read('../nats/users.conf')).toContain(`nkey: $${variable}\n`);
  });

  it('finds each of the bus’s servers', () => {
    const { metadata, spec } = named('StatefulSet', 'nats') as Thing & {
      spec: { replicas: number; serviceName: string };
    };
    const hosts = Array.from({ length: spec.replicas }, (_, i) => `${metadata.name}-${i}.${spec.serviceName}`);
    expect(named('ConfigMap', 'natter')['data'].NATS_URL).toBe(hosts.map((host) => `nats://${host}:4222`).join(','));
    const conf = read('nats.conf');
    expect(conf.match(/nats:\/\/\S+:6222/g)).toEqual(hosts.map((host) => `nats://${host}:6222`));
    const session = services.find(({ name }) => name === 'session-service');
    expect(Number(environmentOf(session ?? expect.fail())['KV_REPLICAS'])).toBe(spec.replicas);
  });
});

describe('what refers to something', () => {
  it('refers to secrets, settings and volumes that are there', () => {
    const generated = [...kustomization.configMapGenerator, ...ofNats.configMapGenerator].map(({ name }) => name);
    expect(kustomization.resources).toContain('../nats');
    for (const { env = [], envFrom = [], volumeMounts, of } of containers) {
      for (const { valueFrom } of env) {
        const { name, key = '' } = valueFrom?.secretKeyRef ?? {};
        if (name !== undefined) expect(named('Secret', name)['stringData']).toHaveProperty(key);
      }
      environmentOf({ env, envFrom } as Container); // throws where something is missing
      const volumes = [...of.pod.volumes.map(({ name }) => name), ...of.claims];
      expect(volumes).toEqual(expect.arrayContaining(volumeMounts.map(({ name }) => name)));
      for (const { projected, persistentVolumeClaim: claim } of of.pod.volumes) {
        for (const { configMap } of projected?.sources ?? []) expect(generated).toContain(configMap.name);
        if (claim !== undefined) named('PersistentVolumeClaim', claim.claimName);
      }
    }
    for (const { files } of kustomization.configMapGenerator) for (const file of files) expect(read(file)).not.toBe('');
  });

  it('selects the pods of one workload, by ports that they have', () => {
    for (const service of ofKind('Service')) {
      const [workload, ...others] = selected(service['spec'].selector);
      expect([workload?.name, others]).toEqual([service.metadata.name, []]);
      const targets = (service['spec'].ports as { targetPort: string }[]).map(({ targetPort }) => targetPort);
      expect(workload && portNames(workload)).toEqual(expect.arrayContaining(targets));
    }
    for (const { name, labels, thing } of workloads.filter(({ thing }) => !thing.kind.endsWith('Job'))) {
      expect(selected(thing['spec'].selector.matchLabels).map((workload) => workload.name)).toEqual([name]);
      expect(labels['app.kubernetes.io/part-of']).toBe('natter');
    }
  });

  it('keeps each workload through a drained node, and scales what is there', () => {
    const kept = ofKind('PodDisruptionBudget').map(({ spec }) =>
      selected(spec.selector.matchLabels).map(({ name }) => name),
    );
    expect(kept.flat().sort()).toEqual([...Object.keys(SCHEMAS), 'nats'].sort());
    for (const { spec } of ofKind('HorizontalPodAutoscaler')) {
      const target = named(spec.scaleTargetRef.kind, spec.scaleTargetRef.name);
      expect(target['apiVersion']).toBe(spec.scaleTargetRef.apiVersion);
      expect(target['spec']).not.toHaveProperty('replicas'); // applying it again would undo the scaling
      expect(spec.minReplicas).toBeGreaterThanOrEqual(2);
    }
  });

  it('lets in by the names of ports that the pods have', () => {
    const [rule] = named('Ingress', 'natter')['spec'].rules;
    for (const { backend } of rule.http.paths) {
      const service = named('Service', backend.service.name);
      expect((service['spec'].ports as { name: string }[]).map(({ name }) => name)).toContain(
        backend.service.port.name,
      );
    }
    const open = ofKind('NetworkPolicy').flatMap(({ spec }) => spec.ingress.flatMap((rule: Thing) => rule['ports']));
    const known = workloads.flatMap(portNames);
    expect(known).toEqual(expect.arrayContaining(open.map(({ port }: { port: string }) => port)));
  });

  it('lets nobody but nats-servers speak to nats-servers as one of them', () => {
    const { spec } = named('NetworkPolicy', 'nats');
    const rules = (
      spec.ingress as { from?: { podSelector: { matchLabels: Labels } }[]; ports: { port: string }[] }[]
    ).filter(({ ports }) => ports.some(({ port }) => port === 'cluster'));
    const [rule, ...others] = rules.map(({ from }) =>
      from?.map(({ podSelector }) => selected(podSelector.matchLabels)),
    );
    expect([rule?.flat().map(({ name }) => name), others]).toEqual([['nats'], []]);
  });

  it('is in one namespace, whoever adds it', () => {
    // The namespace of kustomization.yaml is given to its own resources, not to those a component adds to an overlay.
    expect([...backup, ...secrets].map(({ metadata }) => metadata.namespace)).toEqual(
      [...backup, ...secrets].map(() => kustomization.namespace),
    );
  });

  it('names the images that the Dockerfile builds, at the version of this project', () => {
    const { version } = JSON.parse(read('../../package.json'));
    const ours = containers.filter(({ image }) => image.startsWith('natter/'));
    for (const { image, name } of ours) {
      expect(image).toBe(`natter/${['backup', 'restore'].includes(name) ? 'operator' : name}:${version}`);
    }
    expect(kustomization.images.map(({ name, newTag }) => [name, newTag]).sort()).toEqual(
      services.map(({ name }) => [`natter/${name}`, version]).sort(),
    );
  });
});

it('no administrator has a password that stands in the example', () => {
  const made = (): string | undefined =>
    /password: '([0-9a-f]{48})'/.exec(withFreshSecrets(read('secrets.example.yaml')))?.[1];
  expect(made()).toHaveLength(48);
  expect(made()).not.toBe(made());
});

describe('every pod', () => {
  it.each(containers)('$name runs with no more rights than it needs', ({ securityContext, of, resources }) => {
    expect(of.pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(of.pod.automountServiceAccountToken).toBe(false);
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect([Object.keys(resources.requests), Object.keys(resources.limits)]).toEqual([['cpu', 'memory'], ['memory']]);
  });
});

it('the files of bucket/ change what is there', () => {
  const { patches } = parse(read('bucket/kustomization.yaml')) as { patches: { path: string }[] };
  for (const { path } of patches) {
    for (const patch of thingsIn(`bucket/${path}`)) {
      const changed = named(patch.kind, patch.metadata.name);
      const names = (patch['spec']?.template.spec.containers ?? []) as Container[];
      const known = changed['spec'].template?.spec.containers.map(({ name }: Container) => name) ?? [];
      expect(known).toEqual(expect.arrayContaining(names.map(({ name }) => name)));
      for (const { env = [] } of names) {
        const settings = Object.keys(gateway.shape);
        expect(settings).toEqual(expect.arrayContaining(env.map(({ name }) => name)));
        environmentOf({ env } as Container);
      }
    }
  }
});
