// The database `natter_notifications`: its tables and its migrations.
import { DismissedRow } from '../notifications/dismissed.entity.js';
import { NoticeRow } from '../notifications/notice.entity.js';
import { Dismissed1763710000000 } from './migrations/1763710000000-dismissed.js';
import { Notices1763710000001 } from './migrations/1763710000001-notices.js';

export const databaseOptions = (url: string) => ({
  url,
  name: 'notification-service',
  entities: [DismissedRow, NoticeRow],
  migrations: [Dismissed1763710000000, Notices1763710000001],
});
