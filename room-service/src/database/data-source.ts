// The database of rooms: entities, migrations, and how its numbers are read.
import { createDataSource } from '@natter/service-kit/database';
import type { Logger } from '@natter/service-kit/logger';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { DmRow } from '../dms/dm.entity.js';
import { InviteRow } from '../invites/invite.entity.js';
import { FactRow } from '../audit/fact.entity.js';
import { BuriedRoomRow } from '../log/buried-room.entity.js';
import { HeadRow } from '../log/head.entity.js';
import { LogRow } from '../log/log.entity.js';
import { FileRow } from '../files/file.entity.js';
import { StrayBlobRow } from '../files/stray-blob.entity.js';
import { BanRow } from '../members/ban.entity.js';
import { MemberRow } from '../members/member.entity.js';
import { NoticeRow } from '../notices/notice.entity.js';
import { RoomRow } from '../rooms/room.entity.js';
import { UserRow } from '../users/user.entity.js';
import { Users1763700000000 } from './migrations/1763700000000-users.js';
import { Rooms1763700000001 } from './migrations/1763700000001-rooms.js';
import { Members1763700000002 } from './migrations/1763700000002-members.js';
import { Log1763700000003 } from './migrations/1763700000003-log.js';
import { Append1763700000004 } from './migrations/1763700000004-append.js';
import { Cursors1763700000005 } from './migrations/1763700000005-cursors.js';
import { Notices1763700000006 } from './migrations/1763700000006-notices.js';
import { Ownership1763700010000 } from './migrations/1763700010000-ownership.js';
import { InvitesAndDms1763700011000 } from './migrations/1763700011000-invites-and-dms.js';
import { CarriedFiles1763800000200 } from './migrations/1763800000200-carried-files.js';
import { Files1763700020000 } from './migrations/1763700020000-files.js';
import { AuditFacts1763700030000 } from './migrations/1763700030000-audit-facts.js';
import { MessageState1763800000100 } from './migrations/1763800000100-message-state.js';
import { Changes1763800000101 } from './migrations/1763800000101-changes.js';
import { AuditedDeletions1763900000000 } from './migrations/1763900000000-audited-deletions.js';
import { NoticeKinds1763900000001 } from './migrations/1763900000001-notice-kinds.js';
import { OldFiles1763900000002 } from './migrations/1763900000002-old-files.js';
import { FoldedNames1764000000000 } from './migrations/1764000000000-folded-names.js';
import { CarriedByRight1764000000001 } from './migrations/1764000000001-carried-by-right.js';
import { SteadyAppend1764000000002 } from './migrations/1764000000002-steady-append.js';
import { SearchBlocks1764200000000 } from './migrations/1764200000000-search-blocks.js';
import { Heads1764300000000 } from './migrations/1764300000000-heads.js';
import { AppendOne1764300000001 } from './migrations/1764300000001-append-one.js';
import { Search1763700040000 } from './migrations/1763700040000-search.js';
import { SearchBlockRow, SearchPositionRow } from '../search/search-block.entity.js';

// A seq and a count stay below 2^53, so bigint is a number here and not text.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export const createRoomsDataSource = (url: string, logger: Logger): DataSource =>
  createDataSource(
    {
      url,
      name: 'room-service',
      entities: [
        UserRow,
        RoomRow,
        HeadRow,
        MemberRow,
        BanRow,
        InviteRow,
        DmRow,
        LogRow,
        BuriedRoomRow,
        NoticeRow,
        FileRow,
        StrayBlobRow,
        FactRow,
        SearchBlockRow,
        SearchPositionRow,
      ],
      migrations: [
        Users1763700000000,
        Rooms1763700000001,
        Members1763700000002,
        Log1763700000003,
        Append1763700000004,
        Cursors1763700000005,
        Notices1763700000006,
        Ownership1763700010000,
        InvitesAndDms1763700011000,
        Files1763700020000,
        AuditFacts1763700030000,
        MessageState1763800000100,
        Changes1763800000101,
        CarriedFiles1763800000200,
        Search1763700040000,
        AuditedDeletions1763900000000,
        NoticeKinds1763900000001,
        OldFiles1763900000002,
        FoldedNames1764000000000,
        CarriedByRight1764000000001,
        SteadyAppend1764000000002,
        SearchBlocks1764200000000,
        Heads1764300000000,
        AppendOne1764300000001,
      ],
    },
    logger,
  );
