/** Light or dark, as the person or their machine wants it. */
export type Theme = "" | "light" | "dark";
const KEPT = "hub.theme";

class Look {
  chosen = $state<Theme>(typeof localStorage === "undefined" ? "" : ((localStorage.getItem(KEPT) ?? "") as Theme));

  choose(theme: Theme): void {
    this.chosen = theme;
    localStorage.setItem(KEPT, theme);
  }
}

export const theme = new Look();
