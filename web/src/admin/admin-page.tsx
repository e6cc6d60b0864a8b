// Administration: accounts, live connections, and what happened. Each has a path of its own.
import { Link, useLocation } from 'wouter';
import { Empty } from '../frame/empty.js';
import { useSession } from '../frame/natter-context.js';
import { useTitle } from '../frame/use-title.js';
import { AuditSection } from './audit-section.js';
import { ConnectionSection } from './connection-section.js';
import { UserSection } from './user-section.js';

const sections = [
  { path: '/admin', label: 'Accounts', Section: UserSection },
  { path: '/admin/connections', label: 'Connections', Section: ConnectionSection },
  { path: '/admin/audit', label: 'What happened', Section: AuditSection },
];

export function AdminPage() {
  const session = useSession();
  const [path] = useLocation();
  useTitle('Administration');
  if (session.status !== 'signed_in') return null;
  if (!session.account.admin)
    return (
      <Empty title="This is for administrators">
        Yours is not an administrator’s account. Whoever runs this server can make it one, or names somebody who is.
      </Empty>
    );
  const { Section } = sections.find((section) => section.path === path) ?? sections[0]!;
  return (
    <div className="page admin">
      <header className="page-header">
        <h1>Administration</h1>
      </header>
      <nav className="tabs" aria-label="Administration">
        {sections.map(({ path: to, label }) => (
          <Link key={to} href={to} className="tab" aria-current={to === path ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <Section />
    </div>
  );
}
