-- What Stripe's events name: subscriptions and invoices of an earlier service, and saved cards.
CREATE INDEX subscriptions_stripe ON subscriptions (stripe_subscription_id)
    WHERE stripe_subscription_id IS NOT NULL;
CREATE INDEX invoices_stripe ON invoices (stripe_invoice_id) WHERE stripe_invoice_id IS NOT NULL;
CREATE INDEX customers_card ON customers (payment_method_id) WHERE payment_method_id IS NOT NULL;
