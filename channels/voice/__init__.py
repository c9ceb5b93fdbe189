"""Voice: a call is a leg of a conversation; what is said in it becomes events, what is answered is spoken.

``desk`` is what the application wires; ``calls`` the calls of a node, ``call`` one of them, which follows the log; ``line`` its
sound, which knows nothing of conversations; ``turn`` whose turn it is; ``webrtc`` what carries a browser's sound.
"""

from channels.voice.desk import CallDesk

__all__ = ["CallDesk"]
