"""The pages of a branch, as browsers get them: kiosk, reception, desk, display of the hall, and the ticket on a phone.

Plain HTML, CSS and ES modules without a build, nothing from another host. `serving.Pages(public_url).routes()` are the
adapter's; it answers `/t/{secret}` itself: with `Pages.page("ticket")` to who asks for HTML (`asks_for_page`).
"""
