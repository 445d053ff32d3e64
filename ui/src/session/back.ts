/** The provider's page sends people to the first page: from there they go on to where they were. */
import { route } from "../shell/route.svelte";

const KEPT = "hub.back";

/** Keep where this tab is, as it is about to leave for the provider's page. */
export function keepPlace(): void {
  if (location.pathname !== "/") sessionStorage.setItem(KEPT, location.pathname + location.search);
}

/** Who is signed in goes on where they were. */
export function goBack(): void {
  const place = sessionStorage.getItem(KEPT);
  if (location.pathname !== "/" || !place) return;
  sessionStorage.removeItem(KEPT);
  route.go(place, { replace: true });
}
