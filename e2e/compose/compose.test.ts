// What of it can be tested without Docker.
import { describe, expect, it } from 'vitest';
import { containersIn, isWell } from './container.js';
import { exitOf, told } from './exits.js';
import { difference } from './fingerprint.js';
import { readOptions } from './options.js';
import { table } from './run-sheet.js';
import { freeSubnet } from './subnet.js';

describe('a free network', () => {
  it('is the first that overlaps with nothing, however large or small', () => {
    expect(freeSubnet(['172.17.0.0/16', '::1/128', '192.168.1.7/24'])).toBe('10.213.0.0/24');
    expect(freeSubnet(['10.213.0.0/24', '10.213.1.9', '10.213.2.128/25'])).toBe('10.213.3.0/24');
    expect(freeSubnet(['10.213.0.0/17'])).toBe('10.213.128.0/24');
  });

  it('is not invented when there is none', () => {
    expect(() => freeSubnet(['10.0.0.0/8'])).toThrow('no free network');
  });
});

describe('what Docker tells', () => {
  const inspected = (service: string, number: number, more: object = {}): object => ({
    Id: `${service}${number}`,
    State: { Pid: 42, Status: 'running', Health: { Status: 'healthy' } },
    Config: {
      Labels: {
        'com.docker.compose.project': 'p',
        'com.docker.compose.service': service,
        'com.docker.compose.container-number': String(number),
        'com.docker.compose.oneoff': 'False',
      },
    },
    HostConfig: { ReadonlyRootfs: true },
    NetworkSettings: {
      Networks: { p_inner: { IPAddress: '10.0.0.7' } },
      Ports: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '8099' }], '9090/tcp': null },
    },
    ...more,
  });

  it('becomes containers, without those of a single command', () => {
    const run = { Config: { Labels: { 'com.docker.compose.oneoff': 'True' } } };
    const json = JSON.stringify([inspected('nginx', 1), inspected('gateway', 1), inspected('natter', 1, run)]);
    const containers = containersIn(json);
    expect(containers.map(({ name }) => name)).toEqual(['gateway-1', 'nginx-1']);
    expect(containers[0]).toMatchObject({ addresses: { inner: '10.0.0.7' }, published: ['127.0.0.1:8099'], pid: 42 });
  });

  it('says who is well: running, and healthy where that is asked', () => {
    const states = [
      { Pid: 1, Status: 'running' },
      { Pid: 1, Status: 'running', Health: { Status: 'starting' } },
      { Pid: 0, Status: 'exited' },
    ];
    const json = JSON.stringify(states.map((State, n) => inspected('nats', n + 1, { State })));
    expect(containersIn(json).map(isWell)).toEqual([true, false, false]);
  });

  it('names who ended, and how', () => {
    const about = {
      'com.docker.compose.service': 'nats',
      'com.docker.compose.container-number': '1',
      exitCode: '137',
    };
    expect(told([exitOf({ Actor: { ID: 'x', Attributes: about } })])).toBe('nats-1 137');
    expect(told([])).toBe('nobody');
  });
});

it('shows where two fingerprints part, and nothing when they are equal', () => {
  expect(difference('a\nb\nc', 'a\nb\nc')).toBeUndefined();
  expect(difference('a\nb\nc', 'a\nx\nc')).toMatch(/^line 2 of 3 was\na\nb\nc\nand is\na\nx\nc$/);
  expect(difference('a', 'a\nb')).toMatch(/^line 2 of 1/);
});

it('puts the steps into a table that adds up', () => {
  const done = [
    { name: 'start', tookMs: 1_240, seen: 'well' },
    { name: 'stop', tookMs: 60, seen: '' },
  ];
  expect(table(done).split('\n')).toEqual([
    'step   seconds  seen',
    'start      1.2  well',
    'stop       0.1',
    'all        1.3',
  ]);
});

it('understands its options, and says what it does not', () => {
  expect(readOptions(['--no-build', '--keep', '--seed', '7'])).toEqual({
    builds: false,
    keeps: true,
    seed: 7,
    wantsHelp: false,
  });
  expect(() => readOptions(['--seed', 'x'])).toThrow('--seed takes a whole number');
});
