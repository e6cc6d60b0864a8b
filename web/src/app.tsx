// Which page stands at which path.
import { lazy, type ReactNode, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { ForgottenPage } from './auth/forgotten-page.js';
import { LoginPage } from './auth/login-page.js';
import { ResetPage } from './auth/reset-page.js';
import { RegisterPage } from './auth/register-page.js';
import { StartPage } from './auth/start-page.js';
import { VerifyPage } from './auth/verify-page.js';
import { Frame } from './frame/frame.js';
import { NatterContext } from './frame/natter-context.js';
import { NotFoundPage } from './frame/not-found-page.js';
import { RequireAccount, Splash } from './frame/require-account.js';
import { RoomsPage } from './rooms/rooms-page.js';
import { SearchPage } from './search/search-page.js';
import type { Natter } from './store/natter.js';

// What a first visit does not need comes when it is needed.
const ChatPage = lazy(() => import('./messages/chat-page.js').then(({ ChatPage }) => ({ default: ChatPage })));
const SettingsPage = lazy(() =>
  import('./settings/settings-page.js').then(({ SettingsPage }) => ({ default: SettingsPage })),
);
const AdminPage = lazy(() => import('./admin/admin-page.js').then(({ AdminPage }) => ({ default: AdminPage })));

export function App({ natter }: { natter: Natter }) {
  return (
    <NatterContext value={natter}>
      <Suspense fallback={<Splash />}>
        <Switch>
          <Route path="/">
            <StartPage />
          </Route>
          <Route path="/login">
            <LoginPage />
          </Route>
          <Route path="/register">
            <RegisterPage />
          </Route>
          <Route path="/forgotten">
            <ForgottenPage />
          </Route>
          <Route path="/reset">
            <ResetPage />
          </Route>
          <Route path="/verify">
            <VerifyPage />
          </Route>
          <Route path="/rooms">{inside(<RoomsPage />)}</Route>
          <Route path="/user">{inside(<RoomsPage />)}</Route>
          <Route path="/search">{inside(<SearchPage />)}</Route>
          <Route path="/settings">{inside(<SettingsPage />)}</Route>
          <Route path="/admin/:section?">{inside(<AdminPage />)}</Route>
          <Route path="/chat">
            <Redirect to="/rooms" replace />
          </Route>
          <Route path="/chat/:room">{({ room }) => inside(<ChatPage room={room} />, true)}</Route>
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </Suspense>
    </NatterContext>
  );
}

const inside = (page: ReactNode, isChat = false) => (
  <RequireAccount>
    <Frame isChat={isChat}>
      <Suspense fallback={<Splash />}>{page}</Suspense>
    </Frame>
  </RequireAccount>
);
