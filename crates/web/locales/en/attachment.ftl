invalid-file-empty = The file is empty
invalid-file-large = The file is larger than 15 MB
invalid-file-type = This kind of file is not taken. Use JPG, PNG, WebP, GIF, PDF, or MP3, M4A, AMR, WAV, OGG sound
invalid-file-broken = The file did not arrive whole, please try again
invalid-files-many = Too many attachments: 60 a record at most
