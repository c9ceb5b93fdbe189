/** What people send to a business: faces, hands, things of everyday talk. */
export const GROUPS = [
  "🙂 😊 😀 😄 😁 😅 😂 🤣 😉 😍 🥰 😘 😎 🤗 🤔 😐 🙄 😏 😴 😌 😔 😢 😭 😤 😡 🤯 😱 😬 🤒 🥳",
  "👍 👎 👌 ✌️ 🤞 🤝 👏 🙌 🙏 💪 👋 ☝️ 👉 👀 🫶 ✍️",
  "❤️ 💛 💚 💙 💜 🖤 💔 💯 ✅ ❌ ❗ ❓ ⭐ 🔥 🎉 🎁",
  "📦 🚚 🛒 💳 💰 🧾 📷 📎 📍 📞 ✉️ ⏰ 📅 🏠 🚗 ✈️ ☕ 🍰 🌸 ☀️ ☔ ❄️ 🐱 🐶",
].map((group) => group.split(" "));
