// Values of the header Origin that are not the page of this server, however much some of them look like it.

/** @param own the origin that is allowed, such as http://localhost:8080 */
export function foreignOrigins(own: string): string[] {
  const { protocol, hostname, port, host } = new URL(own);
  const otherPort = Number(port) === 65_535 ? 65_534 : Number(port) + 1;
  return [
    'null',
    '',
    '*',
    'undefined',
    'https://evil.example',
    `https://${host}`,
    `ws://${host}`,
    `${protocol}//${hostname}:${otherPort}`,
    `${protocol}//${hostname}`,
    `${own}.evil.example`,
    `${protocol}//${hostname}.evil.example:${port}`,
    `${protocol}//evil.example/${host}`,
    `${protocol}//evil.example?${own}`,
    `${protocol}//evil.example#${own}`,
    `${protocol}//${host}@evil.example`,
    `${protocol}//evil.example@${host}`,
    `${protocol}//user:secret@${host}`,
    `${protocol}//sub.${host}`,
    `${protocol}//not${host}`,
    `${protocol}//${hostname}.:${port}`,
    `${own}/`,
    `${own}/chat`,
    `${own}?`,
    `${own}#`,
    `${own}%00.evil.example`,
    `${own}, https://evil.example`,
    `https://evil.example, ${own}`,
    `${own} ${own}`,
    own.toUpperCase(),
    `//${host}`,
    host,
    `${protocol}//127.1:${port}`,
    `${protocol}//2130706433:${port}`,
    `${protocol}//[::ffff:127.0.0.1]:${port}`,
    `${protocol}//l%D0%BEcalhost:${port}`,
    `${protocol}//xn--lclhost-7nf3a:${port}`,
    'file://',
    'data:text/html,x',
    'chrome-extension://abcdefghijklmnop',
    'x'.repeat(4_000),
  ];
}
