import "./app.css";
import { mount } from "svelte";
import { chooseFirst } from "$lib/language.svelte";
import App from "./App.svelte";

void import("$lib/map/create"); // every view has a map: its script comes while the page is put together
await chooseFirst().catch(() => undefined); // a language that cannot be fetched leaves English
mount(App, { target: document.getElementById("app")! });
