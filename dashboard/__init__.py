"""The application: settings, factory, feed, security, command line."""
