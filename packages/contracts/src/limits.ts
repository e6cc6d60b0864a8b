// Every wall of the contract, in one place. Rates are multiplied by NATTER_RATE_FACTOR where they are applied.

/** What `ready.limits` tells a client. */
export const socketLimits = {
  /** Largest frame, bytes. */
  frame_bytes: 65_536,
  /** Longest message body, UTF-16 code units. */
  body_chars: 8_000,
  /** Requests of one connection that wait for an answer. */
  inflight: 64,
  send_per_s: 10,
  send_burst: 30,
  /** Most events of one room replayed by one `hello` or `sync`. */
  sync_max: 10_000,
  file_bytes: 26_214_400,
  /** Open sockets of one user. */
  connections: 20,
  /** Rooms one user may be in. */
  rooms: 1_000,
} as const;

export const limits = {
  ...socketLimits,
  heartbeatMs: 25_000,
  helloTimeoutMs: 10_000,
  /** Every request is answered within this, or its connection closes (P7). */
  answerMs: 5_000,
  jsonDepth: 16,
  metaBytes: 2_048,
  /** Invites: how long they are good for unless said otherwise, and at most, in seconds; uses of one; standing ones of a room. */
  inviteSeconds: 7 * 86_400,
  inviteSecondsMax: 365 * 86_400,
  inviteUsesMax: 100_000,
  invitesPerRoom: 100,
  titleChars: 100,
  topicChars: 1_000,
  displayNameChars: 64,
  filesPerMessage: 20,
  /** UTF-8 bytes of a file's name. */
  fileNameBytes: 255,
  /** What is sent to be an avatar; and what is kept of it: a square so wide, and the JSON in which it travels holds no more characters. */
  avatarBytes: 10_485_760,
  avatarPixels: 256,
  avatarChars: 262_144,
  /** Uploads of one user at a time, at one gateway. */
  uploadsPerUser: 4,
  /** An upload is refused when it takes longer, or when nothing comes for `uploadIdleMs`. */
  uploadMs: 15 * 60_000,
  uploadIdleMs: 20_000,
  /** A file that no message carries is removed after this. */
  looseFileMs: 24 * 60 * 60_000,
  /** People mentioned in one message; names beyond are text. */
  mentionsPerMessage: 50,
  /** Different emoji on one message. */
  emojiPerMessage: 20,
  /** Reactions on one message, whoever's: what its event may carry. */
  reactionsPerMessage: 1_000,
  /** More bad frames than this within `badFramesWindowMs` end the connection with 4400. */
  badFrames: 10,
  badFramesWindowMs: 60_000,
  /** Frames refused as `rate_limited` within `floodWindowMs` that end the connection with 4429. */
  floodRefusals: 100,
  floodWindowMs: 10_000,
  /** Queued for one socket: above either, it is let go with 4504. */
  queuedBytes: 1_048_576,
  queuedMs: 10_000,
  /** `receipt` events are not broadcast in larger rooms. */
  receiptRoomMembers: 100,
  /** `presence` events go to those who share a DM or a room of at most so many. */
  presenceRoomMembers: 500,
  /** A `typing` that is not repeated ends after this. */
  typingHoldMs: 6_000,
  /** `typing` and `presence` frames of one connection. */
  hintsPerSecond: 5,
  hintsBurst: 30,
  pendingNotifications: 100,
  /** A message not `delivered` within this becomes a pending notification (P16). */
  lateDeliveryMs: 10_000,
  pageDefault: 50,
  pageMax: 100,
  searchChars: 100,
  httpPerSecond: 20,
  httpBurst: 100,
  registrationsPerHour: 10,
  loginFailures: 5,
  loginWindowMs: 15 * 60_000,
  passwordMin: 8,
  passwordMax: 128,
  refreshGraceMs: 10_000,
  ticketMs: 30_000,
  /** A password reset is good for this long. */
  resetMs: 24 * 3_600_000,
  emailChangesPerHour: 10,
  /** Mails about forgotten passwords, for whomever, that one address may ask for. */
  passwordMailsPerHour: 10,
  /** The link in a mail that verifies an address is good for this long after it was sent. */
  verificationMs: 24 * 3_600_000,
  /** Mails of one kind (links for an address, links for a password) to one address that anybody may cause. Beyond that none is sent, and nobody is told. */
  mailsPerHour: 3,
  mailsPerDay: 10,
  idempotencyKeyChars: 64,
  httpBodyBytes: 262_144,
  httpHeadBytes: 16_384,
  /** A head, or a whole request, that takes longer to arrive ends its connection with 400. */
  httpHeadMs: 10_000,
  httpRequestMs: 30_000,
} as const;
