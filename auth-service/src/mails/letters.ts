// What mails say: short, plain, the same in text and in HTML. A letter is a few paragraphs, one of which may be a link.

/** A mail, but for its address. */
export interface Letter {
  subject: string;
  text: string;
  html: string;
}

type Paragraph = string | { href: string; says: string };

/** @param site where browsers find this installation @param link opens the page that makes the account */
export const confirmAccount = (site: string, username: string, link: string): Letter =>
  letter('Confirm your address for Natter', [
    `Hello, somebody, most likely you, wants the account «${username}» with this address on ${site}.`,
    'Open this page and press the button there to make the account:',
    { href: link, says: 'Confirm the address' },
    'The link is good for 24 hours, and for you alone: do not pass it on.',
    'It was not you? Then do nothing, and no account is made. Whoever asked for it knows its password.',
  ]);

/** The name went to somebody else before this mail was sent. */
export const nameTaken = (site: string, username: string): Letter =>
  letter('Your account on Natter needs another name', [
    `Hello, somebody, most likely you, wants the account «${username}» with this address on ${site}. That name is taken.`,
    'Choose another one here:',
    { href: `${site}/register`, says: 'Create an account' },
    'It was not you? Then there is nothing to do: no account was made.',
  ]);

/** @param username of the account that has the address */
export const haveAccount = (site: string, username: string): Letter =>
  letter('You have an account on Natter', [
    `Hello, somebody wants an account with this address on ${site}. There is one already, yours: «${username}».`,
    'Nothing has changed. If it was you, sign in with that name or with this address:',
    { href: `${site}/login`, says: 'Sign in' },
    'It was not you? Then there is nothing to do.',
  ]);

export const confirmEmail = (site: string, username: string, link: string): Letter =>
  letter('Confirm your new address for Natter', [
    `Hello, the account «${username}» on ${site} is to have this address.`,
    'Open this page and press the button there to confirm it:',
    { href: link, says: 'Confirm the address' },
    'The link is good for 24 hours. Until then the account keeps the address it has.',
    'It was not you? Then do nothing, and nothing changes.',
  ]);

export const newPassword = (site: string, username: string, link: string): Letter =>
  letter('A new password for Natter', [
    `Hello, somebody, most likely you, forgot the password of the account «${username}» on ${site}.`,
    'Set a new one here:',
    { href: link, says: 'Set a new password' },
    'The link works once, for 24 hours, and is good for nothing once a newer one is sent. It signs the account out everywhere.',
    'It was not you? Then do nothing, and the password stays what it is.',
  ]);

/** To the address that the account had. */
export const emailChanged = (site: string, username: string): Letter =>
  letter('Your address for Natter has changed', [
    `Hello, the account «${username}» on ${site} has another address from now on, and this one is not used for it any more.`,
    'It was not you? Then somebody knows your password. Sign in with your username, change the password, and turn to an administrator:',
    { href: `${site}/settings`, says: 'Settings' },
  ]);

function letter(subject: string, paragraphs: Paragraph[]): Letter {
  const text = paragraphs.map((part) => (typeof part === 'string' ? part : part.href)).join('\n\n');
  const html = paragraphs.map((part) => `<p>${typeof part === 'string' ? escape(part) : anchor(part)}</p>`).join('\n');
  return {
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${escape(subject)}</title>\n<body style="font:16px/1.5 sans-serif;max-width:36em;overflow-wrap:anywhere">\n${html}\n</body>\n</html>\n`,
  };
}

/** The address stands there too: people look where a link leads. */
const anchor = ({ href, says }: { href: string; says: string }): string =>
  `<a href="${escape(href)}"><strong>${escape(says)}</strong></a><br>\n<small>${escape(href)}</small>`;

const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
