"""azure_serve.py FLAGS: `azmlinfsrv FLAGS`, which listens on every interface and has no flag against it, on loopback alone."""

from azureml_inference_server_http import amlserver

amlserver.DEFAULT_HOST = "127.0.0.1"
amlserver.run()
