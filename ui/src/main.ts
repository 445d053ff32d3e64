/** Where the page begins. */
import "./design/base.css";
import "./design/letters.css";
import { mount } from "svelte";
import App from "./App.svelte";

mount(App, { target: document.getElementById("app") as HTMLElement });
