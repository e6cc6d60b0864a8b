// The people and the talk that `--demo` fills an empty system with: a small team that lends out tools to its
// neighbourhood, on a Thursday before a release. Long enough to scroll, in three languages, with code and links.

export interface DemoUser {
  readonly username: string;
  readonly displayName: string;
}

export interface DemoRoom {
  readonly name: string;
  readonly title: string;
  readonly topic: string;
  readonly visibility: 'public' | 'private';
  readonly owner: string;
  readonly members: readonly string[];
}

export interface DemoMessage {
  readonly room: string;
  readonly by: string;
  readonly body: string;
  /** How many messages of the same room further up the one lies that this answers. */
  readonly repliesTo?: number;
  /** The same of the one in whose thread this is said. */
  readonly inThreadOf?: number;
}

export const DEMO_USERS: readonly DemoUser[] = [
  { username: 'ines', displayName: 'Inês Duarte' },
  { username: 'sam', displayName: 'Sam Okafor' },
  { username: 'oleg', displayName: 'Олег Власов' },
  { username: 'mai', displayName: 'Mai Trần' },
  { username: 'bao', displayName: 'Bảo Nguyễn' },
];

const EVERYBODY = DEMO_USERS.map(({ username }) => username);

export const DEMO_ROOMS: readonly DemoRoom[] = [
  room('general', 'General', 'What concerns all of us', 'ines', EVERYBODY),
  room('release-2-4', 'Release 2.4', 'Out on Thursday, 16:00', 'sam', ['sam', 'ines', 'oleg', 'mai']),
  room('engineering', 'Engineering', 'Code, reviews, things that broke', 'oleg', ['oleg', 'sam', 'bao', 'mai']),
  room('kitchen', 'Kitchen', 'Lunch, tea and the broken dishwasher 🍜', 'mai', EVERYBODY),
  { ...room('leads', 'Leads', 'Hiring and budget', 'ines', ['ines', 'sam']), visibility: 'private' },
];

export const DEMO_MESSAGES: readonly DemoMessage[] = [
  ...talk('general', [
    ['ines', 'Good morning! Welcome to our new home 👋 The old chat stays readable until the end of the month.'],
    [
      'sam',
      'Morning. It starts with one command on the office machine, so nobody has to ask me for an account any more.',
    ],
    ['mai', 'Chào cả nhà! Giao diện gọn gàng quá 😍'],
    ['oleg', 'Доброе утро. Уведомления пришли даже на телефон, я впечатлён.'],
    ['bao', 'Hi all, first week and already the second chat app 😅', 2],
    ['ines', 'Ha, sorry Bảo. This one stays, promised.', 1],
    [
      'ines',
      'Two things for today:\n1. Release 2.4 goes out at 16:00, details in release-2-4\n2. The library board visits tomorrow at 10:00, so please leave the big table free',
    ],
    ['sam', '👍'],
    ['mai', 'I will bring the new labels for the drill sets, then they can see them in real life.'],
    ['bao', 'Do they want to see the app too? I could show the return flow on the tablet.'],
    ['ines', 'Yes please! Ten minutes, no slides. They loved the barcode thing last time.'],
    ['oleg', 'Только не на тестовом сервере: там сейчас 400 «кувшинов» вместо дрелей 🙈'],
    ['bao', '400 jugs?'],
    ['oleg', 'I tested the import with a column shifted by one. Every drill became a jug. It was beautiful.'],
    ['mai', '😂😂😂'],
    ['ines', 'Please keep a screenshot for the end-of-year slides.'],
    ['sam', 'By the way, parking behind the building is closed until Friday: https://example.org/city/roadworks'],
    ['ines', 'Thanks, I will tell the board.', 1],
  ]),
  ...talk('release-2-4', [
    ['sam', 'State of 2.4: everything merged but the reminder mails. Oleg?'],
    [
      'oleg',
      'Ready for review since last night. Reminders go out the evening before, in the language of the borrower.',
    ],
    ['mai', 'Bản dịch tiếng Việt mình đã xem lại, có hai chỗ cần sửa: «mượn» chứ không phải «thuê».'],
    ['oleg', 'Fixed, thank you! I could not have seen that.', 1],
    ['sam', 'Can we send to ten people first, before all 1,200?'],
    [
      'oleg',
      'Yes, there is a switch:\n```\nREMINDERS_SHARE=0.01\n```\nThe same borrower always falls on the same side, so nobody gets half of the mails.',
    ],
    ['ines', 'What happens if somebody returns the tool the same evening?'],
    ['oleg', 'The mail is looked at again at the moment of sending. Returned means no mail.'],
    ['ines', 'Perfect. That was the one complaint we had last time.', 1],
    ['mai', 'Screenshots of the new reminder: https://example.org/design/reminder-v3'],
    ['ines', 'Could the weekday stand before the date? People plan by weekdays.', { inThreadOf: 1 }],
    ['mai', 'Moved it. «Friday, 12 June» in all three languages.', { inThreadOf: 2 }],
    ['oleg', 'В русском — «пятница, 12 июня», с маленькой буквы. Проверил.', { inThreadOf: 3 }],
    ['mai', 'The button is green now, contrast 5.2:1, it was 3.1:1 before.'],
    ['sam', 'Looks good on my cracked phone, so it looks good everywhere.'],
    ['ines', 'Approved from my side ✅'],
    ['sam', 'Plan: freeze 14:00, backup 15:30, release 16:00. I keep the old version warm for an hour.'],
    ['oleg', 'Я на связи весь вечер, если что.'],
    ['mai', 'Mình cũng online tới 19h nhé.'],
    ['sam', 'Freeze is on. Whatever is not in now goes into 2.5.'],
    ['sam', 'Backup done and restored on the spare machine: 41 s, row counts match.'],
    ['sam', '2.4 is live 🚀'],
    ['ines', '🎉🎉'],
    ['oleg', 'Первые двенадцать писем ушли, ошибок нет.'],
    ['mai', 'Got mine! «Máy khoan của bạn hẹn trả ngày mai» – reads well.'],
  ]),
  ...talk('engineering', [
    [
      'bao',
      'A question about overdue items. Is this the right way to count the days?\n```sql\nSELECT id, now()::date - due_on AS days\nFROM loans\nWHERE returned_at IS NULL AND due_on < now()::date;\n```',
    ],
    [
      'oleg',
      'Almost. `now()::date` is the date in the time zone of the session. At 23:30 ours and the server’s differ.',
    ],
    ['bao', "Ah. So `(now() AT TIME ZONE 'Europe/Lisbon')::date`?", 1],
    [
      'oleg',
      'Exactly. And put the zone into the branch table, Porto opens a branch next year but the Azores are one hour behind.',
    ],
    ['sam', 'We learned that one the expensive way 💸'],
    ['bao', 'Noted, thank you both!'],
    ['bao', 'Pull request is up: https://example.org/tools/pull/318 (+42 −17, mostly tests)'],
    ['oleg', 'Смотрю.'],
    ['oleg', 'Two small remarks, otherwise 👍. I like the test named «does not fine anybody for a leap day».'],
    ['bao', '😊'],
    ['sam', 'The scanner page was slow this morning, 1.8 s at the 95th percentile. Any idea?'],
    ['oleg', 'Missing index, I think: `EXPLAIN` shows a sequential scan over 90,000 loans for every beep.'],
    ['oleg', '```sql\nCREATE INDEX CONCURRENTLY loans_open_by_item ON loans (item_id) WHERE returned_at IS NULL;\n```'],
    ['sam', '1.8 s → 35 ms. Have a coffee on me ☕'],
    ['mai', 'Mấy bạn ở quầy vừa nhắn: «quét nhanh như chớp» ⚡'],
    ['bao', 'Can somebody pair with me on the tablet build tomorrow? It installs, but the camera stays black.'],
    ['sam', 'I had that: the page has to come over https for the camera. 11:00?', 1],
    ['bao', '11:00 works. Thanks!'],
  ]),
  ...talk('kitchen', [
    ['mai', 'Trưa nay ăn gì đây mọi người? 🍜'],
    ['bao', 'Phở! Quán mới ở góc đường mở rồi.'],
    ['sam', 'If phở is what smelled so good on the stairs yesterday: yes.'],
    ['oleg', 'Я за. Только без кинзы, пожалуйста 🌿🚫'],
    ['ines', 'Count me in. 12:30?'],
    ['mai', '12:30 nhé, mình đặt bàn cho 5 người.'],
    ['ines', 'The dishwasher shows E24 again.'],
    ['sam', 'We lend out 300 tools and cannot repair a dishwasher 🙃'],
    ['oleg', 'E24 — это слив. Шланг перегнулся, поправил. Работает.'],
    ['ines', 'My hero 🏆', 1],
    ['sam', 'Did it beep again after that?', { inThreadOf: 2 }],
    ['oleg', 'Один раз. Это он «спасибо» сказал.', { inThreadOf: 3 }],
    ['mai', 'Ai để quên hộp cơm màu xanh trong tủ lạnh từ thứ Hai vậy? 👀'],
    ['bao', '…that was me. It is gone now. I am sorry for everything.'],
  ]),
  ...talk('leads', [
    ['ines', 'Budget for next year came back: two thirds of what we asked for, but the second tablet is in.'],
    ['sam', 'Then I would rather keep the old server one more year and hire for the counter.'],
    ['ines', 'Agreed. I will write the posting tonight and send you the draft.'],
  ]),
];

function room(name: string, title: string, topic: string, owner: string, members: readonly string[]): DemoRoom {
  return { name, title, topic, visibility: 'public', owner, members };
}

/** A number is `repliesTo`. */
type Line = readonly [by: string, body: string, to?: number | { inThreadOf: number }];

function talk(name: string, lines: readonly Line[]): DemoMessage[] {
  return lines.map(([by, body, to]) => ({
    room: name,
    by,
    body,
    ...(typeof to === 'number' ? { repliesTo: to } : to),
  }));
}
