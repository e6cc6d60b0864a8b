// A push service with devices behind it, on this machine: takes pushes as RFC 8030 says, checks whose they are (RFC 8292) and decrypts them
// as a browser would (RFC 8291, 8188), written from the standards and not from the library that encrypts.
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PushPayload } from '@natter/contracts/push';

const tagBytes = 16;
const bodyMaxBytes = 4_096;

/** One push as it arrived. */
export interface ReceivedPush {
  payload: PushPayload;
  ttl: number;
  urgency: string;
  topic: string;
}

/** A browser's subscription, and what came for it. */
export class TestDevice {
  readonly pushes: ReceivedPush[] = [];
  /** Pushes that came, whatever was answered. */
  attempts = 0;
  /** What the push service answers; 201 is «taken». */
  status = 201;
  headers: Record<string, string> = {};
  private readonly keys: ECDH = createECDH('prime256v1');
  private readonly auth = randomBytes(16);

  constructor(readonly endpoint: string) {
    this.keys.generateKeys();
  }

  /** As `PushSubscription.toJSON()`. */
  get subscription() {
    const keys = { p256dh: this.keys.getPublicKey('base64url'), auth: this.auth.toString('base64url') };
    return { endpoint: this.endpoint, expirationTime: null, keys };
  }

  /** @throws Error when it was not encrypted for this device */
  decrypt(body: Buffer): PushPayload {
    const salt = body.subarray(0, 16);
    const keyLength = body.readUInt8(20);
    const senderKey = body.subarray(21, 21 + keyLength);
    const record = body.subarray(21 + keyLength);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.keys.getPublicKey(), senderKey]);
    const secret = Buffer.from(hkdfSync('sha256', this.keys.computeSecret(senderKey), this.auth, info, 32));
    const key = hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16);
    const nonce = hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12);
    const decipher = createDecipheriv('aes-128-gcm', Buffer.from(key), Buffer.from(nonce));
    decipher.setAuthTag(record.subarray(-tagBytes));
    const padded = Buffer.concat([decipher.update(record.subarray(0, -tagBytes)), decipher.final()]);
    return JSON.parse(padded.subarray(0, padded.lastIndexOf(2)).toString()) as PushPayload;
  }
}

export class PushReceiver {
  private readonly devices = new Map<string, TestDevice>();

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(): Promise<PushReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new PushReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request: IncomingMessage, response) => {
      void receiver.take(request).then(({ status, headers }) => response.writeHead(status, headers).end());
    });
    return receiver;
  }

  /** A new device of a browser. @param serverKey the key it was subscribed with: pushes of anybody else are refused */
  device(serverKey: string): TestDevice {
    const path = `/push/${randomBytes(12).toString('hex')}`;
    const device = new TestDevice(this.origin + path);
    this.devices.set(path, device);
    this.serverKeys.set(path, serverKey);
    return device;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private readonly serverKeys = new Map<string, string>();

  private async take(request: IncomingMessage): Promise<{ status: number; headers?: Record<string, string> }> {
    const { url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const device = this.devices.get(path);
    if (request.method !== 'POST' || device === undefined) return { status: 404 };
    device.attempts++;
    const body = Buffer.concat(chunks);
    if (body.length > bodyMaxBytes) return { status: 413 };
    if (headers['content-encoding'] !== 'aes128gcm' || headers['ttl'] === undefined) return { status: 400 };
    if (!isSigned(headers.authorization ?? '', this.origin, this.serverKeys.get(path) ?? '')) return { status: 403 };
    if (device.status !== 201) return { status: device.status, headers: device.headers };
    const payload = device.decrypt(body);
    const { ttl, urgency = '', topic = '' } = headers as Record<string, string>;
    device.pushes.push({ payload, ttl: Number(ttl), urgency, topic });
    return { status: 201 };
  }
}

/** `vapid t=<JWT>, k=<key>`: for us, not expired, by the key the device was subscribed with. */
function isSigned(authorization: string, audience: string, key: string): boolean {
  const [, token = '', given] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  if (given !== key || signature === '') return false;
  const point = Buffer.from(key, 'base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const isOurs = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  return isOurs && aud === audience && Number(exp) * 1_000 > Date.now() && /^(mailto|https):/.test(String(sub));
}
