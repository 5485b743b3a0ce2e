"""A hook that answers from a list; requests are kept for the test to look at."""
import types

ANSWERS, REQUESTS = [], []


class HttpHook:
    def __init__(self, method="POST", http_conn_id="http_default"):
        self.method, self.connection = method, http_conn_id

    def get_connection(self, name):
        return types.SimpleNamespace(password="key-of-" + name)

    def run(self, endpoint, data=None, headers=None, extra_options=None):
        REQUESTS.append((self.method, endpoint, data, headers))
        status, body = ANSWERS.pop(0)
        return types.SimpleNamespace(status_code=status, text=str(body), json=lambda: body)
