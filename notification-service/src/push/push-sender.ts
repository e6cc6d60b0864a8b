// One push to one device: encrypted for it (RFC 8291), signed with the server's key (RFC 8292), handed to its push service (RFC 8030).
// The connection is ours and not the library's, so that it has our limits and goes to public addresses only.
import { createHash } from 'node:crypto';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { PushHop, PushPayload } from '@natter/contracts/push';
import webPush from 'web-push';
import type { PushTargets } from './push-target.js';

/** Until the push service has answered; a silent one costs a device its turn, not the others theirs. */
const answerMs = 3_000;
/** A device that is off gets it within a day, or not at all: then it is no news any more. */
const keptSeconds = 86_400;
/** Of what a push service says, this much is read. */
const answerBytes = 2_048;
/** Sockets to one push service. */
const maxSockets = 32;

export interface PushDevice {
  endpoint: string;
  p256dh: string;
  auth: string;
}

export interface VapidKey {
  publicKey: string;
  privateKey: string;
}

/**
 * `taken`: the push service has it. `gone`: the device is no more (404, 410). `refused`: this push will never be taken. `later`: nobody
 * answered, or not now (408, 429, 5xx).
 */
export interface PushResult {
  outcome: 'taken' | 'gone' | 'refused' | 'later';
  retryAfterMs?: number;
  /** Each step on its way, the last one where it ended. */
  hops: PushHop[];
}

export class PushSender {
  private readonly agents: { http: HttpAgent; https: HttpsAgent };

  /** @param contact whom a push service may turn to: a mailto: or https: URL */
  constructor(
    private readonly targets: PushTargets,
    private readonly contact: string,
    private readonly clock: () => number = () => performance.now(),
  ) {
    const options = { keepAlive: true, maxSockets, lookup: targets.lookup, timeout: answerMs };
    this.agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  }

  /** Never throws. A push for the same room takes the place of one that the device has not fetched yet. */
  async send(device: PushDevice, payload: PushPayload, key: VapidKey): Promise<PushResult> {
    const hops: PushHop[] = [];
    let startedMs = this.clock();
    const step = (hop: PushHop['hop'], ok: boolean, detail: string): void => {
      const nowMs = this.clock();
      hops.push({ hop, ok, ms: Math.round(nowMs - startedMs), detail });
      startedMs = nowMs;
    };
    let url: URL;
    try {
      // The list may have changed since the device was named.
      url = this.targets.check(device.endpoint);
      step('address', true, url.host);
    } catch (error) {
      step('address', false, (error as Error).message);
      return { outcome: 'gone', hops };
    }
    let details: webPush.RequestDetails;
    try {
      details = this.encrypt(device, payload, key);
      step('encryption', true, `${details.body?.length ?? 0} bytes`);
    } catch {
      // A point that is not on the curve: no push can ever be made for it.
      step('encryption', false, 'the keys of this device are not right');
      return { outcome: 'gone', hops };
    }
    try {
      const { status, retryAfterMs, text } = await this.post(url, details, () => step('connection', true, 'open'));
      const outcome = outcomeOf(status);
      step('push_service', outcome === 'taken', outcome === 'taken' ? String(status) : `${status} ${text}`.trim());
      return { outcome, hops, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    } catch (error) {
      step(hops.length === 2 ? 'connection' : 'push_service', false, (error as Error).message);
      return { outcome: 'later', hops };
    }
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private encrypt(device: PushDevice, payload: PushPayload, key: VapidKey): webPush.RequestDetails {
    const { endpoint, p256dh, auth } = device;
    return webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, JSON.stringify(payload), {
      vapidDetails: { subject: this.contact, ...key },
      contentEncoding: 'aes128gcm',
      TTL: keptSeconds,
      urgency: payload.kind === 'message' ? 'normal' : 'high',
      topic: topicOf(payload.room ?? payload.id),
    });
  }

  private post(
    url: URL,
    { method, headers, body }: webPush.RequestDetails,
    onOpen: () => void,
  ): Promise<{ status: number; retryAfterMs: number | undefined; text: string }> {
    const signal = AbortSignal.timeout(answerMs);
    const options = { method, headers: { ...headers }, signal };
    return new Promise((resolve, reject) => {
      const isPlain = url.protocol === 'http:';
      const request = isPlain
        ? requestHttp(url, { ...options, agent: this.agents.http })
        : requestHttps(url, { ...options, agent: this.agents.https });
      const failed = (error: Error): void =>
        reject(signal.aborted ? new Error(`no answer within ${answerMs / 1_000} s`) : error);
      request.on('error', failed);
      request.on('socket', (socket) => {
        if (request.reusedSocket) onOpen();
        else socket.once(isPlain ? 'connect' : 'secureConnect', onOpen);
      });
      request.on('response', (response) => {
        readSome(response).then(
          (text) =>
            resolve({
              status: response.statusCode ?? 0,
              retryAfterMs: retryAfter(response.headers['retry-after']),
              text,
            }),
          failed,
        );
      });
      request.end(body);
    });
  }
}

/** Devices show the newest of one topic only: 32 characters of base64url at most. */
const topicOf = (subject: string): string => createHash('sha256').update(subject).digest('base64url').slice(0, 32);

function outcomeOf(status: number): PushResult['outcome'] {
  if (status >= 200 && status < 300) return 'taken';
  if (status === 404 || status === 410) return 'gone';
  return status === 408 || status === 429 || status >= 500 ? 'later' : 'refused';
}

/** Seconds, or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** The beginning of an answer, in one line; the rest is not waited for. */
async function readSome(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length >= answerBytes) break;
  }
  return text.replace(/\s+/g, ' ').slice(0, 200);
}
