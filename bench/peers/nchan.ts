// nginx with nchan, as its manual sets it up for many subscribers.

export const nginxConf = (at: { port: number; folder: string; module: string }): string => `
load_module ${at.module};
worker_processes 2;
worker_rlimit_nofile 20000;
daemon off;
pid ${at.folder}/nginx.pid;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path ${at.folder}/body;
  proxy_temp_path ${at.folder}/proxy;
  fastcgi_temp_path ${at.folder}/fastcgi;
  uwsgi_temp_path ${at.folder}/uwsgi;
  scgi_temp_path ${at.folder}/scgi;
  keepalive_requests 100000000;
  client_body_buffer_size 16k;
  nchan_shared_memory_size 256m;
  server {
    listen 127.0.0.1:${at.port} backlog=4096;
    location ~ ^/sub/(\\w+)$ {
      nchan_subscriber websocket;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
    }
    location ~ ^/pub/(\\w+)$ {
      nchan_publisher;
      nchan_channel_id $1;
      nchan_message_buffer_length 10;
      nchan_message_timeout 5s;
    }
  }
}
`;
