# The page of an Organization's provisions: src/web/provisions.rs.
provisions-title = What is being set up
provisions-of = For
provisions-none = Nothing yet. It begins with the first order that is paid.

provision-order-placed = What was ordered
provision-subscription-updated = A change of the plan
provision-tenant-app-install-requested = A new app
provision-tenant-app-uninstall-requested = An app that goes
provision-tenant-deleted = The Organization's removal
provision-environment-added = A new environment
provision-environment-removed = An environment that goes
provision-app-moved = An app that moves
provision-asked = What was asked for

provision-is-pending = Waiting
provision-is-provisioning = Under way
provision-is-completed = Done
provision-is-failed = Failed
provision-asked-at = Asked for on { $moment }
provision-reason = Why it did not work
provision-next = It is tried again on { $moment }.
provision-retry = Try again
look-again = Look again

step-render = What there should be
step-commit = Written down
step-push = Handed over
step-apply = Handed to the cluster
step-prune = Leftovers taken away
step-remove = Removal
step-is-pending = waiting
step-is-running = under way
step-is-completed = done
step-is-failed = failed

organization-unknown-heading = There is no such Organization
organization-unknown-detail = Or you are not in it. Look at your account for those that you are in.
organization-suspended-heading = The Organization is suspended
organization-suspended-detail = Nothing can be changed while it is.
not-for-your-role-heading = This is not for your role
not-for-your-role-detail = Ask an owner or administrator of the Organization.
