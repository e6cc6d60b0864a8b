// The start page: what this is, and the way in.
import { Link } from 'wouter';
import { useSession } from '../frame/natter-context.js';
import { useTitle } from '../frame/use-title.js';
import { PublicFrame } from './public-frame.js';

const claims = [
  {
    title: 'Said is said',
    text: 'One tick means it is on disk: once, in order, for everyone in the room, whatever falls over next.',
  },
  {
    title: 'Away is fine',
    text: 'Write on the train, through a tunnel, with the lid closed. It goes out when you are back, and what you missed comes in.',
  },
  {
    title: 'Yours',
    text: 'It runs where you put it. No account with somebody else, nobody reading along to sell you shoes.',
  },
];

export function StartPage() {
  const isSignedIn = useSession().status === 'signed_in';
  useTitle('Chat that keeps its word');
  return (
    <PublicFrame>
      <section className="hero">
        <div className="hero-words">
          <h1>
            Chat that keeps <em>its word.</em>
          </h1>
          <p>
            Rooms for the people you talk with, on a server of your own. Quick to open, hard to break, pleasant to read.
          </p>
          <div className="hero-actions">
            {isSignedIn ? (
              <Link href="/rooms" className="button primary big">
                Open your rooms
              </Link>
            ) : (
              <>
                <Link href="/register" className="button primary big">
                  Create an account
                </Link>
                <Link href="/login" className="button big">
                  Sign in
                </Link>
              </>
            )}
          </div>
        </div>
        <Sample />
      </section>
      <ul className="claims">
        {claims.map(({ title, text }) => (
          <li key={title}>
            <h2>{title}</h2>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </PublicFrame>
  );
}

/** A glimpse of a conversation. */
function Sample() {
  return (
    <div className="sample" aria-hidden="true">
      <p className="sample-line">
        <span className="avatar tint-2">M</span>
        <span className="bubble">The kettle is on. Who is in?</span>
      </p>
      <p className="sample-line mine">
        <span className="bubble">
          Two minutes. Train is in the tunnel
          <span className="sample-state">sending…</span>
        </span>
      </p>
      <p className="sample-line">
        <span className="avatar tint-5">J</span>
        <span className="bubble">You said that in the tunnel?</span>
      </p>
      <p className="sample-line mine">
        <span className="bubble">
          It waited for me ☺<span className="sample-state">read</span>
        </span>
      </p>
    </div>
  );
}
