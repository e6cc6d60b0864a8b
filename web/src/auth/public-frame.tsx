// What stands around the pages for somebody who is not signed in.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Wordmark } from '../frame/logo.js';
import { ThemeSwitch } from '../frame/theme-switch.js';

export function PublicFrame({ children }: { children: ReactNode }) {
  return (
    <div className="public">
      <header className="public-header">
        <Link href="/" aria-label="Natter, start page">
          <Wordmark />
        </Link>
        <ThemeSwitch />
      </header>
      <main className="public-main">{children}</main>
    </div>
  );
}
