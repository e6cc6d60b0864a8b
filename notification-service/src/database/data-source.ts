// The database `natter_notifications`: its tables and its migrations.
import { DismissedRow } from '../notifications/dismissed.entity.js';
import { NoticeRow } from '../notifications/notice.entity.js';
import { Dismissed1763710000000 } from './migrations/1763710000000-dismissed.js';
import { Notices1763710000001 } from './migrations/1763710000001-notices.js';
import { Push1763710000002 } from './migrations/1763710000002-push.js';
import { PushSubscriptionRow } from '../push/push-subscription.entity.js';
import { PushTurnRow } from '../push/push-turn.entity.js';
import { PushedRow } from '../push/pushed.entity.js';
import { VapidKeyRow } from '../push/vapid-key.entity.js';

export const databaseOptions = (url: string) => ({
  url,
  name: 'notification-service',
  entities: [DismissedRow, NoticeRow, PushSubscriptionRow, PushTurnRow, PushedRow, VapidKeyRow],
  migrations: [Dismissed1763710000000, Notices1763710000001, Push1763710000002],
});
