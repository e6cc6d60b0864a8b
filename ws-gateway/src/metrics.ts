// What an instance counts. Plain numbers on the hot path; they become Prometheus metrics when somebody asks.
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from '@natter/service-kit/metrics';

@Injectable()
export class GatewayMetrics {
  framesIn = 0;
  /** Log events handed to sockets. */
  deliveries = 0;
  /** Calls of `write`. */
  writes = 0;
  sends = 0;
  resumes = 0;
  /** Holes and late heads that were read from the log. */
  repairs = 0;
  sweeps = 0;
  /** Frames of receipts, typing and presence handed to sockets; and not, for want of budget or because the reader is slow. */
  hints = 0;
  hintsDropped = 0;
  private readonly closes: Counter<'code'>;

  constructor(private readonly registry: Registry) {
    this.count('natter_ws_frames_in_total', 'frames received', () => this.framesIn);
    this.count('natter_ws_deliveries_total', 'log events handed to sockets', () => this.deliveries);
    this.count('natter_ws_writes_total', 'writes to sockets', () => this.writes);
    this.count('natter_ws_sends_total', 'messages passed on to the log', () => this.sends);
    this.count('natter_ws_resumes_total', 'replays begun', () => this.resumes);
    this.count('natter_ws_repairs_total', 'holes and late heads read from the log', () => this.repairs);
    this.count('natter_ws_sweeps_total', 'times all memberships were read again', () => this.sweeps);
    this.count('natter_ws_hints_total', 'receipts, typing and presence handed to sockets', () => this.hints);
    this.count('natter_ws_hints_dropped_total', 'the same that were dropped', () => this.hintsDropped);
    this.closes = new Counter({
      name: 'natter_ws_closes_total',
      help: 'sockets closed, by code',
      labelNames: ['code'],
      registers: [registry],
    });
  }

  /** A number that is read when somebody asks. */
  gauge(name: string, help: string, read: () => number): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    this.registry.registerMetric(gauge);
  }

  /** Upgrades refused, by HTTP status; counted where they are refused, from before there were metrics. */
  refusals(byStatus: ReadonlyMap<number, number>): void {
    const counter = new Counter({
      name: 'natter_ws_refusals_total',
      help: 'upgrades refused, by HTTP status',
      labelNames: ['status'],
      registers: [],
      collect() {
        this.reset();
        for (const [status, count] of byStatus) this.inc({ status }, count);
      },
    });
    this.registry.registerMetric(counter);
  }

  closed(code: number): void {
    this.closes.inc({ code });
  }

  private count(name: string, help: string, read: () => number): void {
    const counter = new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
    this.registry.registerMetric(counter);
  }
}
