invalid-file-empty = 文件是空的
invalid-file-large = 文件超过 15 MB
invalid-file-type = 不支持这种文件。可用：JPG、PNG、WebP、GIF、PDF，以及 MP3、M4A、AMR、WAV、OGG 录音
invalid-file-broken = 文件没有传完整，请重试
invalid-files-many = 附件太多，每条记录最多 60 个
