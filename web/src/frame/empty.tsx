// What a page says when there is nothing to show: what this is, and the next step.
import type { ReactNode } from 'react';
import { Mark } from './logo.js';

interface EmptyProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** A fault, to be read out at once. */
  isFault?: boolean;
}

export function Empty({ title, children, actions, isFault = false }: EmptyProps) {
  return (
    <section className="empty" role={isFault ? 'alert' : undefined}>
      <Mark className={isFault ? 'mark-sleepy' : ''} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div className="empty-actions">{actions}</div>}
    </section>
  );
}

export function Skeleton({ lines, label }: { lines: number; label: string }) {
  return (
    <div className="skeleton" role="status">
      <span className="sr-only">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={`skeleton-line w${index % 4}`} aria-hidden="true" />
      ))}
    </div>
  );
}
